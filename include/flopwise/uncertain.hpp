// flopwise: the earlier name of uncertainty.hpp, for one release

#pragma once

#include <flopwise/uncertainty.hpp>
