#include "command/command.hpp"

int main(int argc, char** argv) {
    return flopwise::run_catalog(argc, argv);
}
