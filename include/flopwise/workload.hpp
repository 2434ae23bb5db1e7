// flopwise: the earlier name of precision.hpp, for one release

#pragma once

#include <flopwise/precision.hpp>
