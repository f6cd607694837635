// Not a module: modules do not load in a frame with an opaque origin.
parent.parent.postMessage(JSON.parse(decodeURIComponent(location.hash.slice(1))), '*')
