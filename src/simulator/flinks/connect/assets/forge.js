// No module: in a frame of an opaque origin a module would not load.
parent.parent.postMessage(JSON.parse(decodeURIComponent(location.hash.slice(1))), '*')
