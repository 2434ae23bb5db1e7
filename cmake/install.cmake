# find_package(flopwise) and pkg-config for an installed library.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/flopwise)

install(TARGETS flopwise EXPORT flopwise-targets FILE_SET HEADERS)
install(EXPORT flopwise-targets NAMESPACE flopwise:: DESTINATION ${package_dir})
if(FLOPWISE_TOOLS)
  install(TARGETS recommend catalog)
endif()

# A static library passes its private dependencies on to the program that links it.
if(BUILD_SHARED_LIBS)
  set(private_dependency "")
  set(private_libs "")
else()
  set(private_dependency [[
find_dependency(simdjson)
find_dependency(Threads)
find_dependency(yaml-cpp)
if(NOT TARGET yaml-cpp::yaml-cpp) # the name before 0.8
  add_library(yaml-cpp::yaml-cpp INTERFACE IMPORTED)
  target_link_libraries(yaml-cpp::yaml-cpp INTERFACE yaml-cpp)
endif()
]])
  set(private_libs "-lyaml-cpp -lsimdjson -lpthread")
endif()
file(CONFIGURE OUTPUT flopwise-config.cmake @ONLY CONTENT [[
include(CMakeFindDependencyMacro)
find_dependency(fmt)
@private_dependency@
include(${CMAKE_CURRENT_LIST_DIR}/flopwise-targets.cmake)
]])
write_basic_package_version_file(flopwise-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/flopwise-config.cmake
              ${PROJECT_BINARY_DIR}/flopwise-config-version.cmake DESTINATION ${package_dir})

file(CONFIGURE OUTPUT flopwise.pc @ONLY CONTENT [[
prefix=${pcfiledir}/../..
libdir=${prefix}/lib
includedir=${prefix}/include

Name: flopwise
Description: Which machine to rent, what it costs, and why not the others
Version: @PROJECT_VERSION@
Requires: fmt
Libs: -L${libdir} -lflopwise @private_libs@
Cflags: -I${includedir} -std=c++20
]])
# Not under the multiarch folder, so that pcfiledir leads back to the prefix.
install(FILES ${PROJECT_BINARY_DIR}/flopwise.pc DESTINATION lib/pkgconfig)
