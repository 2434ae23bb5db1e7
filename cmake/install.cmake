# find_package(flopwise) and pkg-config for an installed library.
include(GNUInstallDirs) # here, so that who only includes flopwise keeps his own folders
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/flopwise)

set(header_dir ${CMAKE_INSTALL_INCLUDEDIR})
if(IS_ABSOLUTE ${header_dir}) # of a file set, install(EXPORT) puts the prefix before it nonetheless
  file(RELATIVE_PATH header_dir ${CMAKE_INSTALL_PREFIX} ${header_dir})
endif()
install(TARGETS flopwise EXPORT flopwise-targets FILE_SET HEADERS DESTINATION ${header_dir})
install(EXPORT flopwise-targets NAMESPACE flopwise:: DESTINATION ${package_dir})
if(FLOPWISE_TOOLS)
  install(TARGETS recommend catalog)
endif()
if(FLOPWISE_TOOLS AND NOT CMAKE_CROSSCOMPILING) # written by the commands themselves
  set(help_dir ${PROJECT_BINARY_DIR}/help)
  set(help_files)
  foreach(command recommend catalog)
    foreach(page_file man/${command}.1 bash/${command} zsh/_${command} fish/${command}.fish)
      get_filename_component(page ${page_file} DIRECTORY)
      add_custom_command(OUTPUT ${help_dir}/${page_file} VERBATIM
        COMMAND ${CMAKE_COMMAND} -E make_directory ${help_dir}/${page}
        COMMAND ${command} help ${page} > ${help_dir}/${page_file}
        DEPENDS ${command})
      list(APPEND help_files ${help_dir}/${page_file})
    endforeach()
  endforeach()
  add_custom_target(help_files ALL DEPENDS ${help_files})
  install(DIRECTORY ${help_dir}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
  install(DIRECTORY ${help_dir}/bash/ DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  install(DIRECTORY ${help_dir}/zsh/ DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
  install(DIRECTORY ${help_dir}/fish/ DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endif()

# What a program that links the library needs. A static library passes its private dependencies on.
set(private_dependency "")
set(private_libs "")
if(NOT BUILD_SHARED_LIBS)
  set(private_dependency [[
find_dependency(simdjson)
find_dependency(Threads)
find_dependency(yaml-cpp)
find_dependency(ZLIB)
if(NOT TARGET yaml-cpp::yaml-cpp) # the name before 0.8
  add_library(yaml-cpp::yaml-cpp INTERFACE IMPORTED)
  target_link_libraries(yaml-cpp::yaml-cpp INTERFACE yaml-cpp)
endif()
set_property(TARGET flopwise::flopwise APPEND PROPERTY INTERFACE_LINK_LIBRARIES
  $<LINK_ONLY:yaml-cpp::yaml-cpp> $<LINK_ONLY:simdjson::simdjson> $<LINK_ONLY:ZLIB::ZLIB>
  $<LINK_ONLY:Threads::Threads>)
]])
  set(private_libs "-lyaml-cpp -lsimdjson -lz -lpthread")
endif()
# The dependencies are named here and not by install(EXPORT), which knows no target that was built
# from source and is installed by nobody.
file(CONFIGURE OUTPUT flopwise-config.cmake @ONLY CONTENT [[
include(CMakeFindDependencyMacro)
find_dependency(fmt)
include(${CMAKE_CURRENT_LIST_DIR}/flopwise-targets.cmake)
set_property(TARGET flopwise::flopwise APPEND PROPERTY INTERFACE_LINK_LIBRARIES fmt::fmt)
@private_dependency@]])
write_basic_package_version_file(flopwise-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/flopwise-config.cmake
              ${PROJECT_BINARY_DIR}/flopwise-config-version.cmake DESTINATION ${package_dir})

# Below the prefix the paths lead from the file itself, so that an installed tree can be moved.
function(pkgconfig_path name folder) # sets name
  if(IS_ABSOLUTE ${folder})
    set(${name} ${folder} PARENT_SCOPE)
  else()
    set(${name} \${prefix}/${folder} PARENT_SCOPE)
  endif()
endfunction()
pkgconfig_path(pc_libdir ${CMAKE_INSTALL_LIBDIR})
pkgconfig_path(pc_includedir ${CMAKE_INSTALL_INCLUDEDIR})
set(pc_prefix ${CMAKE_INSTALL_PREFIX})
if(NOT IS_ABSOLUTE ${CMAKE_INSTALL_LIBDIR})
  file(RELATIVE_PATH up /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
  string(REGEX REPLACE "/$" "" up ${up})
  set(pc_prefix \${pcfiledir}/${up})
endif()
file(CONFIGURE OUTPUT flopwise.pc @ONLY CONTENT [[
prefix=@pc_prefix@
libdir=@pc_libdir@
includedir=@pc_includedir@

Name: flopwise
Description: Which machine to rent, what it costs, and why not the others
Version: @PROJECT_VERSION@
Requires: fmt
Libs: -L${libdir} -lflopwise @private_libs@
Cflags: -I${includedir}
]])
install(FILES ${PROJECT_BINARY_DIR}/flopwise.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
