#include "command/command.hpp"
#include "python.hpp"

#include <iostream>

static int run(const std::vector<std::string>& arguments) {
    std::vector<const char*> argv{"recommend"};
    for (const std::string& argument : arguments)
        argv.push_back(argument.c_str());
    const int status = flopwise::run_command(static_cast<int>(argv.size()), argv.data());
    std::cout.flush();
    return status;
}

static int run_of_catalog(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "catalog");
    std::vector<char*> argv;
    for (std::string& argument : arguments)
        argv.push_back(argument.data());
    const int status = flopwise::run_catalog(static_cast<int>(argv.size()), argv.data());
    std::cout.flush();
    return status;
}

void bind_command(py::module_& m) {
    m.def("run_command",
          &run,
          "arguments"_a,
          py::call_guard<py::gil_scoped_release>(),
          "Runs the command ``recommend`` and returns its exit status.");
    m.def("run_catalog",
          &run_of_catalog,
          "arguments"_a,
          py::call_guard<py::gil_scoped_release>(),
          "Runs the command ``catalog`` and returns its exit status. It downloads nothing:\n"
          "``catalog update`` says so.");
}
