-- Greets whoever the event names: {"name": "Ada"} gives {"greeting": "Hello, Ada!"}.

function handler(event, context)
  local name = event.name
  if type(name) ~= "string" then
    steploom.fail("MissingName", 'the event needs a "name"')
  end
  steploom.log.info("greeted", { name = name })
  return { greeting = "Hello, " .. name .. "!" }
end
