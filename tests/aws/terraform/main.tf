# Resources of the four services, each with what it can have, and what that becomes.

resource "aws_s3_bucket" "code" {
  bucket        = "terraform-code"
  force_destroy = true
}

resource "aws_s3_object" "code" {
  bucket   = aws_s3_bucket.code.id
  key      = "dir/code ü+1.zip"
  source   = "${var.zips}/${var.second ? "two" : "one"}.zip"
  etag     = filemd5("${var.zips}/${var.second ? "two" : "one"}.zip")
  metadata = { who = "me" }
}

resource "aws_s3_object" "text" {
  bucket        = aws_s3_bucket.code.id
  key           = "text"
  content       = var.second ? "two" : "one"
  cache_control = "no-cache"
}

resource "aws_lambda_function" "published" {
  function_name                  = "terraform-published"
  role                           = local.role
  handler                        = "bootstrap"
  runtime                        = "provided.al2023"
  s3_bucket                      = aws_s3_bucket.code.id
  s3_key                         = aws_s3_object.code.key
  source_code_hash               = aws_s3_object.code.etag
  publish                        = true
  timeout                        = var.second ? 9 : 5
  memory_size                    = 256
  description                    = var.second ? "" : "first"
  reserved_concurrent_executions = var.second ? -1 : 5
  tags                           = var.second ? { team = "red" } : { team = "blue", stage = "dev" }

  environment {
    variables = { BEHAVIOUR = jsonencode({ behaviour = "echo" }) }
  }
}

resource "aws_lambda_function" "blocks" {
  function_name = "terraform-blocks"
  role          = local.role
  handler       = "bootstrap"
  runtime       = "provided.al2023"
  filename      = "${var.zips}/one.zip"
  architectures = ["arm64"]

  dynamic "environment" {
    for_each = var.second ? [] : [1]
    content {
      variables = { A = "b" }
    }
  }

  tracing_config {
    mode = var.second ? "PassThrough" : "Active"
  }

  logging_config {
    log_format            = "JSON"
    application_log_level = "DEBUG"
    system_log_level      = "WARN"
  }

  ephemeral_storage {
    size = var.second ? 512 : 1024
  }

  dynamic "dead_letter_config" {
    for_each = var.second ? [] : [1]
    content {
      target_arn = "arn:aws:lambda:us-east-1:000000000000:function:letters"
    }
  }

  dynamic "vpc_config" {
    for_each = var.second ? [] : [1]
    content {
      subnet_ids         = ["subnet-12345678"]
      security_group_ids = ["sg-12345678"]
    }
  }
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  description      = var.second ? "" : "what runs"
  function_name    = aws_lambda_function.published.arn
  function_version = "1"

  dynamic "routing_config" {
    for_each = var.second ? [aws_lambda_function.published.version] : []
    content {
      additional_version_weights = { (routing_config.value) = 0.25 }
    }
  }
}

resource "aws_lambda_function_event_invoke_config" "published" {
  function_name                = aws_lambda_function.published.function_name
  maximum_retry_attempts       = var.second ? 1 : 0
  maximum_event_age_in_seconds = 600

  destination_config {
    on_failure {
      destination = aws_sfn_state_machine.machine.arn
    }
  }
}

resource "aws_lambda_function_url" "published" {
  function_name      = aws_lambda_function.published.function_name
  qualifier          = aws_lambda_alias.live.name
  authorization_type = var.second ? "AWS_IAM" : "NONE"

  cors {
    allow_origins = var.second ? ["https://example.com"] : ["*"]
    allow_methods = ["GET"]
    max_age       = 60
  }
}

resource "aws_lambda_permission" "scheduler" {
  statement_id   = "AllowScheduler"
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.published.function_name
  principal      = "scheduler.amazonaws.com"
  source_arn     = "arn:aws:scheduler:us-east-1:000000000000:schedule/default/any"
  source_account = "000000000000"
}

resource "aws_lambda_permission" "of_alias" {
  statement_id_prefix = "Any"
  action              = "lambda:InvokeFunction"
  function_name       = aws_lambda_function.published.arn
  qualifier           = aws_lambda_alias.live.name
  principal           = "*"
  principal_org_id    = "o-1234567890"
}

resource "aws_lambda_invocation" "echo" {
  function_name = aws_lambda_function.published.function_name
  input         = jsonencode({ second = var.second })
}

resource "aws_scheduler_schedule_group" "group" {
  name = "terraform"
  tags = var.second ? { a = "2" } : { a = "1", b = "x" }
}

resource "aws_scheduler_schedule" "function" {
  name                         = "function"
  group_name                   = aws_scheduler_schedule_group.group.name
  description                  = var.second ? null : "hourly"
  schedule_expression          = var.second ? "cron(0 9 ? * MON-FRI *)" : "rate(1 hour)"
  schedule_expression_timezone = var.second ? "Europe/Berlin" : "UTC"
  state                        = "DISABLED"
  start_date                   = var.second ? null : "2030-01-01T00:00:00Z"
  end_date                     = var.second ? null : "2030-02-01T00:00:00Z"

  flexible_time_window {
    mode                      = var.second ? "FLEXIBLE" : "OFF"
    maximum_window_in_minutes = var.second ? 10 : null
  }

  target {
    arn      = aws_lambda_function.published.arn
    role_arn = local.role
    input    = jsonencode({ a = 1 })

    retry_policy {
      maximum_event_age_in_seconds = 120
      maximum_retry_attempts       = 3
    }

    dynamic "dead_letter_config" {
      for_each = var.second ? [] : [1]
      content {
        arn = "arn:aws:sqs:us-east-1:000000000000:letters"
      }
    }
  }
}

resource "aws_scheduler_schedule" "machine" {
  schedule_expression = "rate(1 days)"
  state               = "DISABLED"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = aws_sfn_state_machine.machine.arn
    role_arn = local.role
  }
}

resource "aws_sfn_state_machine" "machine" {
  name     = "terraform"
  role_arn = local.role
  publish  = true
  tags     = { team = "blue" }

  definition = jsonencode({
    StartAt = "A"
    States  = { A = { Type = "Pass", Result = var.second ? "two" : "one", End = true } }
  })
}

resource "aws_sfn_alias" "live" {
  name = "live"

  routing_configuration {
    state_machine_version_arn = aws_sfn_state_machine.machine.state_machine_version_arn
    weight                    = 100
  }
}

resource "aws_sfn_activity" "activity" {
  name = "terraform"
  tags = { team = var.second ? "red" : "blue" }
}

data "aws_lambda_function" "published" {
  function_name = aws_lambda_function.published.function_name
}

data "aws_s3_objects" "all" {
  bucket     = aws_s3_bucket.code.id
  depends_on = [aws_s3_object.code, aws_s3_object.text]
}

output "echo" {
  value = jsondecode(aws_lambda_invocation.echo.result)
}
