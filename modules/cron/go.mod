module example/cron

go 1.24

require steploom.dev/go v0.0.0

replace steploom.dev/go => ../../sdk/go
