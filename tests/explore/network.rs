//! What can happen to a request and its reply on their way.

use bank_mfa::flow::{Event, Loss};
use bank_mfa::simulator::{Arrival, Outgoing};

use crate::moves::Move::{self, Garbled, NoSecret, Refused, Reply, ReplyLost, RequestLost};
use crate::plant::Plant;
use crate::world::{Broken, Sent, World};

pub fn happens(world: &mut World, it: Move, sent: &Sent) -> Result<(), Broken> {
    let lost = match it {
        Reply | Garbled => {
            let mut reply = world.reach_vendor(sent)?;
            if world.plant == Some(Plant::Mistakes203) && reply.status == 203 {
                let body = String::from_utf8_lossy(&reply.body);
                let body = body.replace("SecurityChallenges", "Nothing").into_bytes();
                reply = Outgoing {
                    body,
                    status: 200,
                    ..reply
                };
            }
            if it == Garbled {
                reply = Outgoing {
                    body: b"<html>".to_vec(),
                    status: 200,
                    ..reply
                };
            }
            // At MX any 2xx says that the submission was accepted.
            let says_nothing = it == Garbled && !sent.request.url.contains("mx.com");
            let unheard = world.unheard && says_nothing;
            world.deliver(sent, &reply)?;
            world.unheard = unheard;
            return Ok(());
        }
        ReplyLost => {
            let reply = world.reach_vendor(sent)?;
            if world.plant == Some(Plant::SendsAgain) && sent.request.once {
                world.reach_vendor(sent)?;
            }
            world.late = Some((sent.serial, reply));
            world.scenario.now += u64::from(sent.request.timeout);
            match world.plant {
                Some(Plant::DeniesSending) => Loss::NotSent,
                _ => Loss::MaybeSent,
            }
        }
        Refused(status) => return world.deliver(sent, &refusal(status)),
        RequestLost => Loss::MaybeSent,
        NoSecret => Loss::NoSecret,
        _ => Loss::NotSent,
    };
    world.sent = None;
    world.must_take(Event::Lost(sent.serial, lost), "a loss")
}

/// The reply of a gateway that does not pass a request on.
fn refusal(status: u16) -> Outgoing {
    Outgoing {
        status,
        headers: vec![("retry-after".to_owned(), "30".to_owned())],
        body: b"{}".to_vec(),
        arrival: Arrival::Arrives,
    }
}
