-- A probe: does what the event says, be it good or bad, for the tables in ../probes.json and ../calls.json.

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
  fuel = function()
    local left = steploom.fuel()
    local less = steploom.fuel()
    return { value = 0 < less and less < left }
  end,
  invoke = function(event)
    return { value = steploom.invoke(event.name, event.value) }
  end,
  start = function(event)
    local id = steploom.start(event.name, event.value, event.key)
    return { value = #id > 0 and steploom.start(event.name, event.value, event.key) == id }
  end,
  config = function(event)
    return { value = steploom.config(event.key) or null }
  end,
  objects = function(event)
    local objects, bucket, key = steploom.objects, event.name, event.key
    objects.write(bucket, key, event.value, "text/plain")
    local body, content_type = objects.read(bucket, key)
    local keys = objects.list(bucket, key)
    objects.remove(bucket, key)
    return { body = body, contentType = content_type, keys = keys, left = objects.list(bucket, key) }
  end,
  keyvalue = function(event)
    local keyvalue, store, key = steploom.keyvalue, event.name, event.key
    local absent = keyvalue.get(store, key) or null
    keyvalue.set(store, key, event.value)
    local value, keys = keyvalue.get(store, key), keyvalue.keys(store, key)
    keyvalue.delete(store, key)
    local sum = keyvalue.increment(store, key, -5)
    keyvalue.delete(store, key)
    return { absent = absent, value = value, keys = keys, sum = sum }
  end,
  tasks = function(event)
    local tasks, token = steploom.tasks, event.name
    if event.key == "succeed" then
      tasks.succeed(token, event.value)
    elseif event.key == "fail" then
      tasks.fail(token, "Late", "too late")
    else
      tasks.heartbeat(token)
    end
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
