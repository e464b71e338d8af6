module steploom.dev/go

go 1.23
