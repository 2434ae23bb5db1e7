# What is compiled in, as a list that programs read: CycloneDX 1.5. No time and no number that is
# drawn is in it, so the same sources give the same bytes.

# flopwise_component(name version license repository commit): of an installed package its version,
# else that of the source at the fixed commit, with which it was then built.
set(flopwise_components "")
function(flopwise_component name version license repository commit)
  string(TOLOWER ${name} lower)
  set(found "${${name}_VERSION}")
  set(at "${found}")
  set(reference "installed")
  if(${lower}_SOURCE_DIR) # what FetchContent fetched
    set(found ${version})
    set(at ${commit})
    set(reference ${commit})
  elseif(NOT found)
    set(found "unknown")
    set(at "unknown")
  endif()
  string(JSON component SET "{}" type "\"library\"")
  string(JSON component SET "${component}" name "\"${name}\"")
  string(JSON component SET "${component}" version "\"${found}\"")
  string(JSON component SET "${component}" purl "\"pkg:github/${repository}@${at}\"")
  string(JSON component SET "${component}" licenses "[{\"license\": {\"id\": \"${license}\"}}]")
  string(JSON component SET "${component}" properties
         "[{\"name\": \"flopwise:source\", \"value\": \"${reference}\"}]")
  set(flopwise_components ${flopwise_components} ${component} PARENT_SCOPE)
endfunction()

# A component for each source that dependencies.cmake pins, with its licence.
set(flopwise_licenses
  fmt MIT yaml-cpp MIT nlohmann_json MIT simdjson Apache-2.0 ZLIB Zlib Boost BSL-1.0
  CLI11 BSD-3-Clause)
file(READ ${CMAKE_CURRENT_LIST_DIR}/dependencies.cmake pinned)
string(REPLACE ";" "," pinned "${pinned}") # which would split the list
string(REGEX MATCHALL
       "FetchContent_Declare\\([A-Za-z0-9_-]+[^)]*GIT_TAG [0-9a-f]+ # [0-9.]+" pinned "${pinned}")
foreach(pin IN LISTS pinned)
  string(REGEX REPLACE ".*FetchContent_Declare\\(([A-Za-z0-9_-]+).*" "\\1" name "${pin}")
  string(REGEX REPLACE ".*github.com/([^ \n]+)\\.git.*" "\\1" repository "${pin}")
  string(REGEX REPLACE ".*GIT_TAG ([0-9a-f]+) # ([0-9.]+)" "\\1" commit "${pin}")
  string(REGEX REPLACE ".*GIT_TAG ([0-9a-f]+) # ([0-9.]+)" "\\2" version "${pin}")
  list(FIND flopwise_licenses ${name} at)
  math(EXPR at "${at} + 1")
  list(GET flopwise_licenses ${at} license)
  if(NOT name STREQUAL "CLI11" OR FLOPWISE_TOOLS OR FLOPWISE_PYTHON)
    flopwise_component(${name} ${version} ${license} ${repository} ${commit})
  endif()
endforeach()
if(FLOPWISE_PYTHON)
  get_directory_property(pybind11_VERSION DIRECTORY python DEFINITION pybind11_VERSION)
  flopwise_component(pybind11 "" BSD-3-Clause pybind/pybind11 "")
endif()
if(FLOPWISE_TOOLS AND CURL_FOUND)
  set(CURL_VERSION ${CURL_VERSION_STRING})
  flopwise_component(CURL "" curl curl/curl "")
endif()
set(flopwise_data [[
{"type": "data", "name": "GeoNames countries", "licenses": [{"license": {"id": "CC-BY-4.0"}}],
 "externalReferences": [{"type": "website", "url": "https://www.geonames.org"}]}]])

list(JOIN flopwise_components "," all)
string(JSON sbom SET "{}" bomFormat "\"CycloneDX\"")
string(JSON sbom SET "${sbom}" specVersion "\"1.5\"")
string(JSON sbom SET "${sbom}" version 1)
string(JSON sbom SET "${sbom}" metadata "{\"component\": {\"type\": \"library\",
  \"name\": \"flopwise\", \"version\": \"${PROJECT_VERSION}\",
  \"licenses\": [{\"license\": {\"id\": \"MIT\"}}]}}")
string(JSON sbom SET "${sbom}" components "[${all},${flopwise_data}]")
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/flopwise.cdx.json CONTENT "${sbom}\n" @ONLY)

if(SKBUILD_METADATA_DIR) # of a wheel (PEP 770)
  install(FILES ${PROJECT_BINARY_DIR}/flopwise.cdx.json DESTINATION ${SKBUILD_METADATA_DIR}/sboms)
elseif(FLOPWISE_INSTALL)
  install(FILES ${PROJECT_BINARY_DIR}/flopwise.cdx.json
          DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/flopwise)
  install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/flopwise)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/licenses DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/flopwise)
endif()
