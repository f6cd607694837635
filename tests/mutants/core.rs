//! The tests of the core as one program, for `make mutants`.

#[path = "../calls.rs"]
mod calls;
#[path = "../credentials.rs"]
mod credentials;
#[path = "../edited.rs"]
mod edited;
#[path = "../flinks.rs"]
mod flinks;
#[path = "../limits.rs"]
mod limits;
#[path = "../mx.rs"]
mod mx;
#[path = "../mx_creation.rs"]
mod mx_creation;
#[path = "../mx_oauth.rs"]
mod mx_oauth;
#[path = "../mx_params.rs"]
mod mx_params;
#[path = "../mx_watch.rs"]
mod mx_watch;
#[path = "../mx_widget.rs"]
mod mx_widget;
#[path = "../mx_windows.rs"]
mod mx_windows;
#[path = "../new_session.rs"]
mod new_session;
#[path = "../reconnect.rs"]
mod reconnect;
#[path = "../toy.rs"]
mod toy;
