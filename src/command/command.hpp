// The command without its main(), so that another program can carry it.

#pragma once

#include <flopwise/settings.hpp>

namespace flopwise {

/// Runs `recommend` with the arguments of a program, the first being its name. Writes to
/// standard output and standard error; returns the exit status.
int run_command(int argc, const char* const* argv);

/// The same of `catalog`.
int run_catalog(int argc, char** argv);

/// The catalog that a request names, as catalog_called() has it; if it names none, catalog_for() it
/// and the bundled one, for a program asks nothing of its user's cache. Throws through
/// Request::refuse() and as Catalog::read() does.
Catalog catalog_of(const Request& request);

} // namespace flopwise
