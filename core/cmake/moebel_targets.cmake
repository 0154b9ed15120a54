# The rules every target of the house follows.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")

# One flag for libraries and programs, so that the precompiled header of LibTorch fits both.
set(CMAKE_POSITION_INDEPENDENT_CODE OFF)
add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:-fPIC;-Wall;-Wextra;-Wpedantic;-Wshadow;-Wconversion;-Wnon-virtual-dtor>")
add_compile_definitions(QT_NO_KEYWORDS)
# g++ 12 at -O3 warns of overlapping copies inside std::string's operator+ (GCC bug 105651): there is nothing of ours in it.
add_compile_options("$<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-restrict>")
if(MOEBEL_WERROR)
  # What depends on the optimiser's guesses is shown and does not fail a build.
  add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:-Werror;-Wno-error=array-bounds;-Wno-error=stringop-overflow;-Wno-error=stringop-overread;-Wno-error=maybe-uninitialized;-Wno-error=free-nonheap-object>")
  add_compile_options("$<$<COMPILE_LANGUAGE:CUDA>:--Werror=all-warnings>")
endif()
if(MOEBEL_SANITIZE)
  add_compile_options(-fsanitize=${MOEBEL_SANITIZE} -fno-omit-frame-pointer)
  if(MOEBEL_SANITIZE MATCHES undefined)
    add_compile_options(-fno-sanitize-recover=all)
  endif()
  add_link_options(-fsanitize=${MOEBEL_SANITIZE})
endif()

find_program(MOEBEL_CCACHE ccache)
if(MOEBEL_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${MOEBEL_CCACHE})
endif()

# moebel_library(name [USES part...] [PRIVATE third-party...]): all .cpp of the folder and of the folders in it. USES is seen by
# whoever uses it.
function(moebel_library name)
  cmake_parse_arguments(ARG "" "" "USES;PRIVATE" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "*.cpp" "*.h" "*/*.cpp" "*/*.h")
  file(GLOB units CONFIGURE_DEPENDS "*.cpp" "*/*.cpp")
  if(NOT units)  # a part whose first unit is still to come
    file(CONFIGURE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/empty.cpp" CONTENT "")
    list(APPEND sources "${CMAKE_CURRENT_BINARY_DIR}/empty.cpp")
  endif()
  add_library(${name} STATIC ${sources})
  set_target_properties(${name} PROPERTIES LINKER_LANGUAGE CXX)
  target_include_directories(${name} PUBLIC "${PROJECT_SOURCE_DIR}/core/include")
  target_link_libraries(${name} PUBLIC ${ARG_USES} PRIVATE ${ARG_PRIVATE})
endfunction()

# The same for a part of the engine: sees core/ as include root ("engine/model/decoder.h", "kernels/...").
function(moebel_engine_library name)
  moebel_library(${name} ${ARGN})
  target_include_directories(${name} PUBLIC "${PROJECT_SOURCE_DIR}/core")
endfunction()

# moebel_tests(USES lib... [LABEL label] [HEADER target] [OPTIMISE flag]): every *_test.cpp of the folder becomes one Qt Test program,
# compiled with the precompiled header of the target; without one, the folder has its own.
function(moebel_tests)
  cmake_parse_arguments(ARG "" "LABEL;HEADER;OPTIMISE" "USES" ${ARGN})
  if(NOT ARG_OPTIMISE)
    set(ARG_OPTIMISE -O1)  # compiled in three quarters of the time; what takes time in a test is not the test
  endif()
  if(NOT ARG_HEADER)
    cmake_path(GET CMAKE_CURRENT_SOURCE_DIR FILENAME folder)
    set(ARG_HEADER moebel_${folder}_test_header)
    file(CONFIGURE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/header.cpp" CONTENT "")
    add_library(${ARG_HEADER} OBJECT "${CMAKE_CURRENT_BINARY_DIR}/header.cpp")
    target_link_libraries(${ARG_HEADER} PRIVATE ${ARG_USES} Qt6::Test)
    target_precompile_headers(${ARG_HEADER} PRIVATE <QtTest> <filesystem> <functional> <map> <memory> <optional> <string> <variant> <vector>
                                                    <nlohmann/json.hpp>)
  endif()
  file(GLOB sources CONFIGURE_DEPENDS "*_test.cpp")
  foreach(source IN LISTS sources)
    get_filename_component(stem "${source}" NAME_WE)
    set(moc "${CMAKE_CURRENT_BINARY_DIR}/${stem}.moc")  # automoc takes ten times as long for one file
    qt_generate_moc("${source}" "${moc}")
    add_executable(${stem} "${source}" "${moc}")
    set_target_properties(${stem} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
    target_include_directories(${stem} PRIVATE "${PROJECT_SOURCE_DIR}" "${PROJECT_SOURCE_DIR}/core" "${CMAKE_CURRENT_BINARY_DIR}")
    target_compile_definitions(${stem} PRIVATE MOEBEL_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                                               MOEBEL_BIN_DIR="${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
    target_compile_options(${stem} PRIVATE $<$<CONFIG:Release>:${ARG_OPTIMISE}>)
    target_link_libraries(${stem} PRIVATE ${ARG_USES} Qt6::Test)
    target_precompile_headers(${stem} REUSE_FROM ${ARG_HEADER})
    add_test(NAME ${stem} COMMAND ${stem})
    set_tests_properties(${stem} PROPERTIES LABELS "${ARG_LABEL}" TIMEOUT 900
      ENVIRONMENT "QT_QPA_PLATFORM=offscreen;OMP_WAIT_POLICY=passive;GOMP_SPINCOUNT=0;LC_ALL=C.UTF-8")
  endforeach()
endfunction()
