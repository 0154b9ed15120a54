# LibTorch from its Python wheel, without find_package(Torch): that one enables CUDA globally and wants Python.
#
# Looks at MOEBEL_LIBTORCH (cache or environment), then at the user's cache folder, where run.sh unpacks the wheel.
# Makes LibTorch::c10 and LibTorch::cpu. The CPU programs link these two and nothing else.

set(_moebel_cache "$ENV{XDG_CACHE_HOME}")
if(NOT _moebel_cache)
  set(_moebel_cache "$ENV{HOME}/.cache")
endif()
set(MOEBEL_LIBTORCH "$ENV{MOEBEL_LIBTORCH}" CACHE PATH "Folder that holds torch/lib and torch/include")
find_path(LibTorch_ROOT_DIR torch/include/ATen/ATen.h
  HINTS "${MOEBEL_LIBTORCH}" "${_moebel_cache}/moebel/libtorch-2.11.0" NO_DEFAULT_PATH)

if(LibTorch_ROOT_DIR)
  set(_lib "${LibTorch_ROOT_DIR}/torch/lib")
  set(_inc "${LibTorch_ROOT_DIR}/torch/include")
  if(EXISTS "${_inc}/torch/headeronly/version.h")
    file(STRINGS "${_inc}/torch/headeronly/version.h" _version REGEX "#define TORCH_VERSION_(MAJOR|MINOR|PATCH)")
  else()
    file(STRINGS "${_inc}/torch/csrc/api/include/torch/version.h" _version REGEX "#define TORCH_VERSION_(MAJOR|MINOR|PATCH)")
  endif()
  string(REGEX REPLACE ".*MAJOR ([0-9]+).*MINOR ([0-9]+).*PATCH ([0-9]+).*" "\\1.\\2.\\3" LibTorch_VERSION "${_version}")

  # libtorch_cpu.so of this wheel needs the CUDA runtime and CUPTI although it uses no GPU: the toolkit's, else the wheels'.
  find_file(LibTorch_CUDART libcudart.so.13
    HINTS "${LibTorch_ROOT_DIR}/nvidia/cu13/lib" /usr/local/cuda/lib64 /usr/local/cuda-13.0/lib64 NO_DEFAULT_PATH)
  find_file(LibTorch_CUPTI libcupti.so.13
    HINTS "${LibTorch_ROOT_DIR}/nvidia/cu13/lib" /usr/local/cuda/lib64 /usr/local/cuda/extras/CUPTI/lib64
          /usr/local/cuda-13.0/lib64 /usr/local/cuda-13.0/extras/CUPTI/lib64 NO_DEFAULT_PATH)
  get_filename_component(_cudart_dir "${LibTorch_CUDART}" DIRECTORY)
  get_filename_component(_cupti_dir "${LibTorch_CUPTI}" DIRECTORY)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibTorch
  REQUIRED_VARS LibTorch_ROOT_DIR LibTorch_CUDART LibTorch_CUPTI
  VERSION_VAR LibTorch_VERSION
  REASON_FAILURE_MESSAGE "run ./run.sh once: it fetches LibTorch into the user's cache folder")

if(LibTorch_FOUND AND NOT TARGET LibTorch::cpu)
  add_library(LibTorch::c10 SHARED IMPORTED)
  set_target_properties(LibTorch::c10 PROPERTIES
    IMPORTED_LOCATION "${_lib}/libc10.so"
    INTERFACE_INCLUDE_DIRECTORIES "${_inc};${_inc}/torch/csrc/api/include"
    INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${_inc};${_inc}/torch/csrc/api/include")
  add_library(LibTorch::cpu SHARED IMPORTED)
  set_target_properties(LibTorch::cpu PROPERTIES
    IMPORTED_LOCATION "${_lib}/libtorch_cpu.so"
    INTERFACE_LINK_LIBRARIES LibTorch::c10
    # The wheel's libraries need each other and its own libgomp; RUNPATH is not searched for needs of needs.
    INTERFACE_LINK_OPTIONS "-Wl,--disable-new-dtags,-rpath,${_lib},-rpath,${_cudart_dir},-rpath,${_cupti_dir},-rpath-link,${_lib},-rpath-link,${_cudart_dir},-rpath-link,${_cupti_dir}")
endif()
