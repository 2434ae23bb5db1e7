#include "recommend/disk.hpp"
#include "recommend/launch.hpp"
#include "text/text.hpp"

namespace flopwise {

/// A string of HCL: without the beginnings of its templates.
static std::string hcl(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        out += text[i];
        if ((text[i] == '$' || text[i] == '%') && i + 1 < text.size() && text[i + 1] == '{')
            out += text[i];
    }
    return out;
}
static std::string hcl_string(std::string_view text) {
    return "\"" + hcl(text::json_escaped(text)) + "\"";
}

constexpr std::string_view kModuleVariables = R"hcl(variable "ssh_from" {
  description = "From where ssh is let in: the address of this computer, as 198.51.100.9/32"
  type = string
}
variable "public_key" {
  description = "Who is let in: ssh-ed25519 AAAA..."
  type = string
}
)hcl";

constexpr std::string_view kAwsBlocks = R"hcl(
provider "aws" {
  region = local.region
}
data "aws_ssm_parameter" "image" {
  name = local.image
}
resource "aws_key_pair" "this" {
  key_name = local.name
  public_key = var.public_key
}
resource "aws_security_group" "this" {
  name = local.name
  description = "ssh from one address"
  ingress {
    from_port = 22
    to_port = 22
    protocol = "tcp"
    cidr_blocks = [var.ssh_from]
  }
  ingress {
    from_port = 0
    to_port = 0
    protocol = "-1"
    self = true
  }
  egress {
    from_port = 0
    to_port = 0
    protocol = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_placement_group" "this" {
  count = local.machines > 1 ? 1 : 0
  name = local.name
  strategy = "cluster"
}
resource "aws_instance" "this" {
  count = local.machines
  ami = data.aws_ssm_parameter.image.insecure_value
  instance_type = local.type
  key_name = aws_key_pair.this.key_name
  vpc_security_group_ids = [aws_security_group.this.id]
  associate_public_ip_address = true
  placement_group = local.machines > 1 ? aws_placement_group.this[0].name : null
  instance_initiated_shutdown_behavior = local.spot ? "terminate" : "stop"
  user_data = local.boot
  tags = { Name = local.name, flopwise = local.name }
)hcl";

constexpr std::string_view kAwsSpotBlock = R"hcl(  instance_market_options {
    market_type = "spot"
    spot_options {
      max_price = local.cap
    }
  }
)hcl";

constexpr std::string_view kAwsBucketBlocks = R"hcl(}
resource "aws_iam_role" "this" {
  name = "${local.name}-machine"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "ec2.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}
resource "aws_iam_role_policy" "this" {
  name = "buckets"
  role = aws_iam_role.this.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Action = ["s3:ListBucket", "s3:GetObject", "s3:PutObject"]
      Resource = ["arn:aws:s3:::${local.bucket}", "arn:aws:s3:::${local.bucket}/*"]
    }]
  })
}
resource "aws_iam_instance_profile" "this" {
  name = "${local.name}-machine"
  role = aws_iam_role.this.name
}
)hcl";

constexpr std::string_view kAwsOutput = R"hcl(output "ssh" {
  value = [for machine in aws_instance.this : "ssh ubuntu@${machine.public_ip}"]
}
)hcl";

constexpr std::string_view kGcpBlocks = R"hcl(
variable "zone" {
  description = "A zone of the region that has the machine"
  type = string
}
provider "google" {
  region = local.region
}
data "google_compute_image" "this" {
  project = local.project
  filter = "family eq ${local.family}"
  most_recent = true
}
resource "google_compute_network" "this" {
  name = local.name
  auto_create_subnetworks = true
}
resource "google_compute_firewall" "ssh" {
  name = "${local.name}-ssh"
  network = google_compute_network.this.name
  source_ranges = [var.ssh_from]
  target_tags = [local.name]
  allow {
    protocol = "tcp"
    ports = ["22"]
  }
}
resource "google_compute_firewall" "inside" {
  name = "${local.name}-inside"
  network = google_compute_network.this.name
  source_tags = [local.name]
  target_tags = [local.name]
  allow {
    protocol = "all"
  }
}
resource "google_compute_instance" "this" {
  count = local.machines
  name = "${local.name}-${count.index}"
  machine_type = local.type
  zone = var.zone
  tags = [local.name]
  labels = { flopwise = local.name }
  boot_disk {
    initialize_params {
      image = data.google_compute_image.this.self_link
      size = local.disk
    }
  }
  network_interface {
    network = google_compute_network.this.name
    nic_type = "GVNIC"
    access_config {}
  }
  metadata = {
    enable-oslogin = "FALSE"
    ssh-keys = "ubuntu:${var.public_key}"
    startup-script = local.boot
  }
  scheduling {
    on_host_maintenance = "TERMINATE"
    provisioning_model = local.spot ? "SPOT" : "STANDARD"
    preemptible = local.spot
    automatic_restart = !local.spot
    instance_termination_action = local.spot ? "STOP" : null
  }
)hcl";

constexpr std::string_view kGcpOutput = R"hcl(}
output "ssh" {
  value = [for machine in google_compute_instance.this : "ssh ubuntu@${machine.network_interface[0].access_config[0].nat_ip}"]
}
)hcl";

constexpr std::string_view kAzureBlocks = R"hcl(
provider "azurerm" {
  features {}
}
resource "azurerm_resource_group" "this" {
  name = local.name
  location = local.region
}
resource "azurerm_virtual_network" "this" {
  name = local.name
  location = local.region
  resource_group_name = azurerm_resource_group.this.name
  address_space = ["10.0.0.0/16"]
}
resource "azurerm_subnet" "this" {
  name = local.name
  resource_group_name = azurerm_resource_group.this.name
  virtual_network_name = azurerm_virtual_network.this.name
  address_prefixes = ["10.0.0.0/24"]
}
resource "azurerm_network_security_group" "this" {
  name = local.name
  location = local.region
  resource_group_name = azurerm_resource_group.this.name
  security_rule {
    name = "ssh"
    priority = 100
    direction = "Inbound"
    access = "Allow"
    protocol = "Tcp"
    source_port_range = "*"
    destination_port_range = "22"
    source_address_prefix = var.ssh_from
    destination_address_prefix = "*"
  }
}
resource "azurerm_subnet_network_security_group_association" "this" {
  subnet_id = azurerm_subnet.this.id
  network_security_group_id = azurerm_network_security_group.this.id
}
resource "azurerm_public_ip" "this" {
  count = local.machines
  name = "${local.name}-${count.index}"
  location = local.region
  resource_group_name = azurerm_resource_group.this.name
  allocation_method = "Static"
  sku = "Standard"
}
resource "azurerm_network_interface" "this" {
  count = local.machines
  name = "${local.name}-${count.index}"
  location = local.region
  resource_group_name = azurerm_resource_group.this.name
  ip_configuration {
    name = local.name
    subnet_id = azurerm_subnet.this.id
    private_ip_address_allocation = "Dynamic"
    public_ip_address_id = azurerm_public_ip.this[count.index].id
  }
}
resource "azurerm_linux_virtual_machine" "this" {
  count = local.machines
  name = "${local.name}-${count.index}"
  location = local.region
  resource_group_name = azurerm_resource_group.this.name
  size = local.type
  admin_username = "ubuntu"
  network_interface_ids = [azurerm_network_interface.this[count.index].id]
  custom_data = base64encode(local.boot)
  priority = local.spot ? "Spot" : "Regular"
  eviction_policy = local.spot ? "Deallocate" : null
  max_bid_price = local.spot ? local.cap : null
  admin_ssh_key {
    username = "ubuntu"
    public_key = var.public_key
  }
  os_disk {
    caching = "ReadWrite"
    storage_account_type = "Premium_LRS"
    disk_size_gb = local.disk
  }
  source_image_reference {
    publisher = local.image[0]
    offer = local.image[1]
    sku = local.image[2]
    version = local.image[3]
  }
  identity {
    type = "SystemAssigned"
  }
}
resource "azurerm_role_assignment" "this" {
  count = local.machines
  scope = azurerm_resource_group.this.id
  role_definition_name = "Virtual Machine Contributor"
  principal_id = azurerm_linux_virtual_machine.this[count.index].identity[0].principal_id
}
output "ssh" {
  value = [for machine in azurerm_linux_virtual_machine.this : "ssh ubuntu@${machine.public_ip_address}"]
}
)hcl";

/// Lines of the locals of one provider, and the blocks that use them.
struct Module {
    std::string_view source;
    std::string_view provider;
    std::string locals;
    std::string blocks;
};

static Module aws_module(const StartPlan& plan) {
    const Request& request = plan.request;
    const Usage& usage = request.usage;
    const std::string& url = request.launch.checkpoint_url;
    std::string blocks{kAwsBlocks};
    blocks +=
        fmt::format("  root_block_device {{\n    volume_size = local.disk\n    volume_type = {}\n",
                    hcl_string(usage.storage_type.empty() ? "gp3" : usage.storage_type));
    if (usage.storage_iops > 0)
        blocks += fmt::format("    iops = {:.0f}\n", usage.storage_iops);
    if (usage.storage_throughput_mib_per_s > 0)
        blocks += fmt::format("    throughput = {:.0f}\n", usage.storage_throughput_mib_per_s);
    blocks += "  }\n";
    if (plan.spot)
        blocks += kAwsSpotBlock;
    if (!url.empty())
        blocks += "  iam_instance_profile = aws_iam_instance_profile.this.name\n";
    blocks += url.empty() ? "}\n" : kAwsBucketBlocks;
    const std::string bucket = url.empty() ? "" : url.substr(5, url.find('/', 5) - 5);
    return {"hashicorp/aws",
            "aws",
            fmt::format("  image = {}\n  bucket = {}\n",
                        hcl_string(image_parameter(plan.choice)),
                        hcl_string(bucket)),
            blocks += kAwsOutput};
}

static Module gcp_module(const StartPlan& plan) {
    const Choice& c = plan.choice;
    const std::string image = gcp_image(c);
    const std::size_t space = image.find(' ');
    std::string blocks{kGcpBlocks};
    if (gcp_machine_type(c) != c.instance)
        blocks += fmt::format("  guest_accelerator {{\n    type = \"nvidia-tesla-t4\"\n"
                              "    count = {:.0f}\n  }}\n",
                              c.gpu_count);
    if (!plan.request.launch.checkpoint_url.empty())
        blocks += "  service_account {\n    scopes = [\"storage-rw\"]\n  }\n";
    return {"hashicorp/google",
            "google",
            fmt::format("  project = {}\n  family = {}\n",
                        hcl_string(image.substr(0, space)),
                        hcl_string(image.substr(space + 1))),
            blocks += kGcpOutput};
}

static Module azure_module(const StartPlan& plan) {
    std::string parts;
    for (const std::string& part : text::split(azure_image(plan.choice), ':'))
        parts += (parts.empty() ? "" : ", ") + hcl_string(part);
    return {"hashicorp/azurerm",
            "azurerm",
            fmt::format("  image = [{}]\n", parts),
            std::string{kAzureBlocks}};
}

std::string terraform_module(const StartPlan& plan) {
    const Choice& c = plan.choice;
    const bool aws = c.provider == "aws";
    const bool gcp = c.provider == "gcp";
    const Module module = aws ? aws_module(plan) : gcp ? gcp_module(plan) : azure_module(plan);
    const CloudScript cloud = aws ? aws_script(plan) : gcp ? gcp_script(plan) : azure_script(plan);
    // What AWS and Google take as text, and Azure as a number.
    const std::string cap = !plan.cap.empty() ? plan.cap : c.provider == "azure" ? "-1" : "null";
    return fmt::format(
               "# Start plan: {}\n# {}\n# terraform apply asks for ssh_from and public_key, and "
               "makes "
               "what costs; apply again with today's address\n# opens the door to it; terraform "
               "destroy ends all.{}\n"
               "terraform {{\n  required_providers {{\n    {} = {{ source = \"{}\" }}\n  }}\n}}\n",
               plan.title,
               limits_of(plan),
               plan.machines > 1 ? " Each machine has one network interface: EFA, GPUDirect and "
                                   "InfiniBand are set up apart."
                                 : "",
               module.provider,
               module.source) +
           std::string{kModuleVariables} +
           fmt::format("locals {{\n  name = {}\n  region = {}\n  type = {}\n"
                       "  machines = {}\n  disk = {}\n  spot = {}\n  cap = {}\n{}"
                       "  boot = <<EOT\n{}EOT\n}}\n",
                       hcl_string(plan.name),
                       hcl_string(c.region),
                       hcl_string(gcp ? gcp_machine_type(c) : c.instance),
                       plan.machines,
                       gib(disk_size(plan.request)),
                       plan.spot,
                       cap,
                       module.locals,
                       hcl(boot_text(plan, cloud.on))) +
           module.blocks;
}

} // namespace flopwise
