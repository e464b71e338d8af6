module example/{{ident}}

go 1.24
