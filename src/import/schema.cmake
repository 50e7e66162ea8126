# Compiles tflite.fbs with flatc into the build folder. Included where mote_import is made; nothing but src/import, its tests
# and the fuzzers may include the result ("tflite_generated.h").
find_program(MOTE_FLATC flatc REQUIRED)
set(MOTE_SCHEMA_DIR ${CMAKE_BINARY_DIR}/schema)
add_custom_command(
  OUTPUT ${MOTE_SCHEMA_DIR}/tflite_generated.h
  COMMAND ${MOTE_FLATC} --cpp --cpp-std c++17 --scoped-enums -o ${MOTE_SCHEMA_DIR} ${CMAKE_SOURCE_DIR}/src/import/tflite.fbs
  DEPENDS ${CMAKE_SOURCE_DIR}/src/import/tflite.fbs
  COMMENT "flatc tflite.fbs")
add_custom_target(mote_schema DEPENDS ${MOTE_SCHEMA_DIR}/tflite_generated.h)
add_dependencies(mote_import mote_schema)
target_include_directories(mote_import SYSTEM PRIVATE ${MOTE_SCHEMA_DIR})
