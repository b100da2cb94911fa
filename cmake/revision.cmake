# cmake -D SOURCE=FOLDER -D OUTPUT=FILE [-D REVISION=TEXT] -P: writes a header with the commit that is being built, only where it
# has changed. Without REVISION git is asked; a source without git has none.
if(NOT REVISION)
  execute_process(COMMAND git -C ${SOURCE} describe --always --abbrev=12 --dirty --exclude *
                  OUTPUT_VARIABLE REVISION OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
set(version "${VERSION}")
if(REVISION)
  string(APPEND version " (${REVISION})")
endif()
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT [[
#pragma once

/// What --version prints: the release, and the commit where it is known.
inline constexpr const char* full_version = "@version@";
]])
