//! Sends one request with gloo-net and web-sys.
//!
//! `fetch` is bound here, because gloo-net's `send` traps if the fetch is rejected with anything but an
//! `Error`, such as `abort('text')`, and its promise then never settles.

use gloo_net::http::{Method, RequestBuilder, Response};
use js_sys::{ArrayBuffer, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    AbortSignal, Headers, ReadableStream, ReadableStreamDefaultReader, ReadableStreamReadResult,
    RequestRedirect,
};

use crate::http::MAX_BODY_BYTES;

use super::reply::Reply;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_name = fetch)]
    fn global_fetch(request: &web_sys::Request) -> Result<JsValue, JsValue>;

    // Throws if the body has already been read.
    #[wasm_bindgen(extends = ReadableStream)]
    type Body;
    #[wasm_bindgen(method, catch, js_name = getReader)]
    fn reader(this: &Body) -> Result<ReadableStreamDefaultReader, JsValue>;
}

/// Sends a request, unless the host has sent it and got this response, and reads the reply. It rejects with
/// the reason of the fetch or of the body.
#[wasm_bindgen]
pub async fn send(
    method: String,
    url: String,
    headers: Headers,
    #[wasm_bindgen(unchecked_param_type = "string | null")] body: JsValue,
    signal: AbortSignal,
    response: Option<web_sys::Response>,
) -> Result<Reply, JsValue> {
    let response = match response {
        Some(response) => response,
        None => {
            let sent = start(&method, &url, headers, body, &signal)?;
            JsFuture::from(sent)
                .await?
                .dyn_into()
                .map_err(|_| "response")?
        }
    };
    let response = Response::from(response);
    let retry_after = response.headers().get("retry-after");
    Ok(Reply::new(
        response.status(),
        retry_after,
        read(&response).await?,
    ))
}

fn start(
    method: &str,
    url: &str,
    headers: Headers,
    body: JsValue,
    signal: &AbortSignal,
) -> Result<Promise, JsValue> {
    // `str::parse` would add the whole parser of the http crate to the wasm.
    let method = match method {
        "GET" => Method::GET,
        "POST" => Method::POST,
        "PUT" => Method::PUT,
        _ => return Err("method".into()),
    };
    let builder = RequestBuilder::new(url)
        .method(method)
        .headers(gloo_net::http::Headers::from_raw(headers))
        .redirect(RequestRedirect::Manual)
        .abort_signal(Some(signal));
    let request: web_sys::Request = builder.body(body).map_err(|_| "request")?.into();
    Ok(Promise::resolve(&global_fetch(&request)?))
}

/// Reads a body up to the maximum size. A larger body becomes an empty one, which is unreadable.
async fn read(response: &Response) -> Result<Vec<u8>, JsValue> {
    let mut bytes = Vec::new();
    let Some(stream) = response.body() else {
        return Ok(bytes);
    };
    let reader = stream.unchecked_into::<Body>().reader()?;
    loop {
        let chunk: ReadableStreamReadResult = JsFuture::from(reader.read()).await?.unchecked_into();
        if chunk.get_done() == Some(true) {
            return Ok(bytes);
        }
        // Not `dyn_into`: in vitest's jsdom the bytes are of another realm than the global `Uint8Array`.
        let value = chunk.get_value();
        let is_view = ArrayBuffer::is_view(&value);
        let chunk: Uint8Array = value.unchecked_into();
        if !is_view || chunk.byte_length() != chunk.length() {
            return Err("body".into());
        }
        if bytes.len() + chunk.length() as usize > MAX_BODY_BYTES {
            spawn_local(async move { drop(JsFuture::from(reader.cancel()).await) });
            return Ok(Vec::new());
        }
        bytes.extend_from_slice(&chunk.to_vec());
    }
}
