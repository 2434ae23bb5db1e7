// flopwise: the commands that rent the chosen machine and start work on it

#pragma once

#include <flopwise/recommend.hpp>

namespace flopwise {

/// Least time to move data over a network: size * 8.589934592 Gbit/GiB / rate.
FLOPWISE_API Hours transfer_time(GiB size, Gbps rate);

/// Size of the disk that the start plan asks for: 100 GiB for the image and the tools, and twice
/// the dataset, which is there packed and unpacked for a while.
FLOPWISE_API GiB disk_size(const Dataset& dataset);

/// The image to start a machine from: the name of a parameter in AWS's parameter store that
/// always has the newest one. Empty if there is none for this machine: a share of a GPU, a GPU
/// older than Turing, or one that is neither from NVIDIA nor AWS.
/// Source: AWS Deep Learning AMI release notes, base image for Ubuntu 24.04, 2026-04-30 (machines
/// listed there); AWS Neuron documentation; Canonical on AWS.
FLOPWISE_API std::string image_parameter(const Choice& choice);

/// A bash script for one choice: `rent`, `data`, `work`, `stop` and `terminate` as its
/// subcommands. What a user wrote stands in it between single quotes, so it is text and never a
/// command. It runs the AWS CLI and ssh of the user's computer with his account.
/// If there is no plan for the machine, the script says so and fails.
FLOPWISE_API std::string launch_script(const Request& request, const Choice& choice);

} // namespace flopwise
