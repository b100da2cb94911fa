#pragma once

namespace kube {

/// Makes the kernel notice, within about a minute, a peer that vanished without a word.
void keep_alive(int socket);

}  // namespace kube
