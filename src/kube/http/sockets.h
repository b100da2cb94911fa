#pragma once

namespace kube {

/// Makes the kernel notice, within about a minute, a peer that vanished without a word.
void keep_alive(int socket);

/// True for an idle connection that has come to its end, or has something to read, which is the
/// same. Reads nothing.
bool is_stale(int socket);

}  // namespace kube
