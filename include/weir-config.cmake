# find_package(weir) and target_link_libraries(... weir::weir): the whole library; weir::core: without files, threads and charts.
include(CMakeFindDependencyMacro)
find_dependency(PkgConfig)
find_dependency(Threads)
pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-0.1)
pkg_check_modules(GSL REQUIRED IMPORTED_TARGET gsl)
pkg_check_modules(CAIRO REQUIRED IMPORTED_TARGET cairo cairo-pdf cairo-svg)
include(${CMAKE_CURRENT_LIST_DIR}/weir-targets.cmake)
