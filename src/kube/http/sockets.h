#pragma once

namespace kube {

/// Makes the kernel notice, within about a minute, a peer that vanished without a word.
void keep_alive(int socket);

/// Whether the peer's kernel has not acknowledged all that was sent, after a time that is far
/// beyond a round trip: it has vanished, or does not get it.
bool has_unacknowledged(int socket);

/// Whether something has come that nobody has read: on an idle connection its end, or what leads to
/// it, such as the alert with which TLS says goodbye.
bool has_input(int socket);

}  // namespace kube
