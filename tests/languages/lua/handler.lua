-- A probe: does what the event says, be it good or bad, for the table in ../probes.json.

local null = steploom.null

-- Takes memory until it is refused.
local function bomb()
  local taken = {}
  while true do
    taken[#taken + 1] = string.rep("x", 1 << 23)
  end
end

-- Never returns.
local function deep(level)
  return deep(level + 1) + level
end

local probes = {
  echo = function(event)
    local value = event.value
    if value == nil then value = null end
    return { value = value }
  end,
  fail = function(event)
    steploom.fail(event.error, event.message)
  end,
  panic = function()
    error("as the event says")
  end,
  exit = function()
    os.exit(3)
  end,
  loop = function()
    while true do end
  end,
  bomb = bomb,
  deep = function()
    return deep(0)
  end,
  context = function(_, context)
    return {
      ["function"] = context.function_name,
      version = context.version,
      retry = context.retry,
      execution = context.execution or null,
      state = context.state or null,
    }
  end,
  log = function()
    steploom.log.debug("one")
    steploom.log.info("two", { n = 2 })
    steploom.log.warn("three")
    steploom.log.error("four")
    return {}
  end,
}

function handler(event, context)
  local what = type(event) == "table" and event["do"]
  local probe = probes[what]
  if not probe then
    steploom.fail("UnknownProbe", "there is no probe " .. tostring(what))
  end
  return probe(event, context)
end
