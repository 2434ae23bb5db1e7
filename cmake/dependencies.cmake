# Each dependency is an installed package if there is one, else its source at a fixed commit.
# On Debian and Ubuntu, `./run` installs the packages.
include(FetchContent)

FetchContent_Declare(fmt # text; the one dependency that the public headers show
  GIT_REPOSITORY https://github.com/fmtlib/fmt.git
  GIT_TAG e69e5f977d458f2650bb346dadf2ad30c5320281 # 10.2.1
  FIND_PACKAGE_ARGS 9...<13)
FetchContent_Declare(yaml-cpp # YAML in
  GIT_REPOSITORY https://github.com/jbeder/yaml-cpp.git
  GIT_TAG f7320141120f720aecc4c32be25586e7da9eb978 # 0.8.0
  FIND_PACKAGE_ARGS 0.7)
FetchContent_Declare(nlohmann_json # JSON out
  GIT_REPOSITORY https://github.com/nlohmann/json.git
  GIT_TAG 9cca280a4d0ccf0c08f47a99aa71d1b0e52f8d03 # 3.11.3
  FIND_PACKAGE_ARGS 3.10)
FetchContent_Declare(simdjson # JSON in
  GIT_REPOSITORY https://github.com/simdjson/simdjson.git
  GIT_TAG 0d2455029d845e801809dd54b01ae47173d7d8e8 # 3.0.1
  FIND_PACKAGE_ARGS 3.0)
FetchContent_Declare(ZLIB # price files that are packed by gzip or zip
  GIT_REPOSITORY https://github.com/madler/zlib.git
  GIT_TAG 51b7f2abdade71cd9bb0e7a373ef2610ec6f9daf # 1.3.1
  FIND_PACKAGE_ARGS 1.2.11)
FetchContent_Declare(Boost # Boost.Math: distributions, minima and roots; its headers need no other
  GIT_REPOSITORY https://github.com/boostorg/math.git
  GIT_TAG 44af29a78c85ee89ce37f7f43d532afd05c3d981 # 1.84.0
  FIND_PACKAGE_ARGS 1.74)
find_package(Threads REQUIRED) # several price files at once
if(FLOPWISE_PYTHON) # what is built from source ends up in a shared module
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
endif()
set(CMAKE_POLICY_DEFAULT_CMP0077 NEW) # what is set here holds in their projects
set(ZLIB_BUILD_EXAMPLES OFF)
set(CMAKE_POLICY_VERSION_MINIMUM 3.5)  # CMake 4 refuses what yaml-cpp asks for
if(FLOPWISE_INSTALL) # what a program links is installed with the library
  set(YAML_CPP_INSTALL ON)
endif()
FetchContent_MakeAvailable(fmt yaml-cpp nlohmann_json simdjson ZLIB Boost)
if(NOT ZLIB_VERSION) # the name before CMake 3.26
  set(ZLIB_VERSION "${ZLIB_VERSION_STRING}")
endif()
if(NOT TARGET ZLIB::ZLIB) # of its source: the static library, which a wheel needs nothing beside
  set_target_properties(zlibstatic PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_include_directories(zlibstatic SYSTEM
    INTERFACE $<BUILD_INTERFACE:${zlib_SOURCE_DIR}> $<BUILD_INTERFACE:${zlib_BINARY_DIR}>)
  add_library(ZLIB::ZLIB ALIAS zlibstatic)
endif()
if(NOT TARGET Boost::headers) # the name of an installed Boost; imported, so without its warnings
  add_library(Boost::headers INTERFACE IMPORTED)
  target_include_directories(Boost::headers INTERFACE ${boost_SOURCE_DIR}/include)
  target_compile_definitions(Boost::headers INTERFACE BOOST_MATH_STANDALONE)
endif()
if(NOT TARGET yaml-cpp::yaml-cpp) # the name before 0.8
  add_library(yaml-cpp::yaml-cpp ALIAS yaml-cpp)
endif()

# A Python wheel needs nothing beside it: fmt is compiled in, and yaml-cpp is either static, from
# source, or the installed shared library that python/CMakeLists.txt puts next to the module.
set(flopwise_fmt fmt::fmt)
if(FLOPWISE_PYTHON)
  set(flopwise_fmt fmt::fmt-header-only)
endif()

if(FLOPWISE_TOOLS) # downloads of `catalog update`, which refuses to work without
  find_package(CURL 7.68)
  if(NOT CURL_FOUND)
    message(STATUS "flopwise: without libcurl, so `catalog update` cannot download")
  endif()
endif()
if(FLOPWISE_TOOLS OR FLOPWISE_PYTHON)
  FetchContent_Declare(CLI11 # flags
    GIT_REPOSITORY https://github.com/CLIUtils/CLI11.git
    GIT_TAG 6c7b07a878ad834957b98d0f9ce1dbe0cb204fc9 # 2.4.2
    FIND_PACKAGE_ARGS 2.1)
  FetchContent_MakeAvailable(CLI11)
endif()
