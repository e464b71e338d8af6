-- Tests of the handler, on this computer: 'steploom deploy --test' runs every global function whose name begins with test_.

function test_it_greets()
  local result = handler({ name = "Åsa" }, {})
  assert(result.greeting == "Hello, Åsa!", result.greeting)
end

function test_a_name_must_be_there()
  for _, event in ipairs { {}, { name = steploom.null }, { name = 1 } } do
    local is_greeted, problem = pcall(handler, event, {})
    assert(not is_greeted and problem.name == "MissingName")
  end
end
