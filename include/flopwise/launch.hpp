// flopwise: the commands that rent the chosen machine and start work on it

#pragma once

#include <flopwise/recommend.hpp>

namespace flopwise {

/// Least time to move data over a network: size * 8.589934592 Gbit/GiB / rate.
FLOPWISE_API Hours transfer_time(GiB size, Gbps rate);

/// Size of disk that a start needs: 100 GiB for the image and the tools, and twice the dataset,
/// which is there packed and unpacked for a while.
FLOPWISE_API GiB disk_needed(const Dataset& dataset);

/// The time after which a machine of the start plan stops by itself, at each start: the hours a day
/// of the plan; without them, for a training job, 1.1 times the hours that are enough in nine cases
/// of ten and an hour to prepare. Absent: it runs until it is stopped, as `Launch::keep_running`
/// asks for, or 24 hours a day, or a plan that says no hours.
FLOPWISE_API std::optional<Hours> stops_after(const Request& request, const Choice& choice);

/// The image to start a machine from: the name of a parameter in AWS's parameter store that
/// always has the newest one. Empty if there is none for this machine: a share of a GPU, a GPU
/// older than Turing, one that is not from NVIDIA.
/// Source: AWS Deep Learning AMI release notes, base image for Ubuntu 24.04, 2026-04-30 (machines
/// listed there), and ARM64 image with PyTorch for Ubuntu 24.04, 2026-10-09 (g5g); Canonical on
/// AWS.
FLOPWISE_API std::string image_parameter(const Choice& choice);

/// A bash script for one choice: `rent`, `data`, `work`, `keep`, `stop`, `start` and `terminate` as
/// its subcommands. What a user wrote stands in it between single quotes, so it is text and never a
/// command. It runs the AWS CLI and ssh of the user's computer with his account.
/// If there is no plan for the machine, or the choice is several machines, the script says so and
/// fails.
FLOPWISE_API std::string launch_script(const Request& request, const Choice& choice);

} // namespace flopwise
