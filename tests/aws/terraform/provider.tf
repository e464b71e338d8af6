terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100"
    }
  }
}

variable "endpoint" {
  description = "Where Steploom listens"
}

variable "zips" {
  description = "A folder with one.zip and two.zip, which have a module that echoes"
}

variable "second" {
  description = "Whether everything is as it is changed to"
  default     = false
}

locals {
  role = "arn:aws:iam::000000000000:role/any"
}

provider "aws" {
  region                      = "us-east-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
  s3_use_path_style           = true

  endpoints {
    lambda    = var.endpoint
    s3        = var.endpoint
    scheduler = var.endpoint
    sfn       = var.endpoint
  }
}
