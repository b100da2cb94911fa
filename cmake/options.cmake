# What every target of ours is compiled with.
add_library(project_options INTERFACE)
target_compile_features(project_options INTERFACE cxx_std_20)
target_compile_options(project_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                                                 -Wnon-virtual-dtor -Woverloaded-virtual)
# As on x86: the bytes of UTF-8 are negative there.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
  target_compile_options(project_options INTERFACE -fsigned-char)
endif()
# Optimising, g++ 12 takes a literal + string for an overlap (GCC bug 105651).
target_compile_options(project_options INTERFACE $<$<CONFIG:Release>:-Wno-restrict>)
target_compile_definitions(project_options INTERFACE
  PROJECT_VERSION="${PROJECT_VERSION}"
  _TURN_OFF_PLATFORM_STRING) # cpprest's macro U(x)
target_include_directories(project_options INTERFACE ${PROJECT_SOURCE_DIR}/src)
if(WARNINGS_AS_ERRORS)
  target_compile_options(project_options INTERFACE -Werror)
endif()
if(SANITIZE)
  # Reports show lines: more in debug information takes a fifth of the compile time.
  target_compile_options(project_options INTERFACE -fsanitize=${SANITIZE} -fno-omit-frame-pointer
                                                   -fno-sanitize-recover=all -g1)
  target_link_options(project_options INTERFACE -fsanitize=${SANITIZE})
endif()
if(SANITIZE STREQUAL "thread") # of Boost.Asio's fences, which order what it locks anyway
  target_compile_options(project_options INTERFACE -Wno-tsan)
endif()
if(FUZZERS) # coverage for libFuzzer; the targets themselves link its main()
  target_compile_options(project_options INTERFACE -fsanitize=fuzzer-no-link)
  target_link_options(project_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

option(PRECOMPILED_HEADERS "Parse the headers of others once: faster than ccache where that has nothing yet" OFF)
set(PRECOMPILED <cpprest/json.h> <algorithm> <array> <charconv> <chrono> <filesystem> <fstream> <functional> <map>
                <memory> <mutex> <optional> <regex> <set> <sstream> <stop_token> <string> <thread> <variant> <vector>)
# Takes those of OWNER, which is compiled with the same flags. A source still includes what it uses: the release does without them.
function(reuse_precompiled_headers owner)
  if(PRECOMPILED_HEADERS)
    foreach(target ${ARGN})
      target_precompile_headers(${target} REUSE_FROM ${owner})
    endforeach()
  endif()
endfunction()

# version.h, made anew when the commit is another one; the sources that include it are few.
set(REVISION "" CACHE STRING "The commit, where git cannot tell it")
add_custom_target(version_header BYPRODUCTS ${PROJECT_BINARY_DIR}/version/version.h
  COMMAND ${CMAKE_COMMAND} -D SOURCE=${PROJECT_SOURCE_DIR} -D OUTPUT=${PROJECT_BINARY_DIR}/version/version.h
          -D VERSION=${PROJECT_VERSION} -D REVISION=${REVISION} -P ${PROJECT_SOURCE_DIR}/cmake/revision.cmake
  COMMENT "" VERBATIM)
add_library(version INTERFACE)
target_include_directories(version INTERFACE ${PROJECT_BINARY_DIR}/version)
add_dependencies(version version_header)
