#pragma once

#include <string>

namespace ike::app {

/// Gives up every right that reading on does not need: becomes `user` when we are root ("root": stays it), and drops
/// all capabilities. Throws std::runtime_error when that can't be done.
void drop_rights(const std::string& user);

/// From here on this process can read, write what is open, wait and allocate memory, and nothing else (no_new_privs,
/// seccomp): any other system call ends it at once, opening a file fails. Throws std::runtime_error.
void confine();

}  // namespace ike::app
