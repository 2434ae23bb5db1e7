// The bundled charges, read once.

#pragma once

#include <flopwise/charges.hpp>

inline const flopwise::Charges& charges() {
    static const flopwise::Charges all = flopwise::Charges::bundled();
    return all;
}
