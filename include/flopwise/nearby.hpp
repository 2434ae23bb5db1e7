// flopwise: the earlier name of regions.hpp, for one release

#pragma once

#include <flopwise/regions.hpp>
