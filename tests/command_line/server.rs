//! A server that answers what a test says, one answer a request, and keeps the requests.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

/// What to do with one request.
#[derive(Clone)]
pub enum Answer {
    /// Bytes as they go over the wire.
    Bytes(Vec<u8>),
    /// Bytes in pieces, with a pause behind each.
    Slowly(Vec<Vec<u8>>, Duration),
    /// Nothing, for that long.
    Silence(Duration),
}

/// An answer of text with a status line (`200 OK`) and further headers.
pub fn answer(status: &str, headers: &str, body: &str) -> Answer {
    let length = body.len();
    Answer::Bytes(
        format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}")
            .into_bytes(),
    )
}

pub fn ok(body: &str) -> Answer {
    answer("200 OK", "Content-Type: application/json\r\n", body)
}

/// A running server; the last answer is given again where there are no more.
pub struct Server {
    pub address: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub fn start(answers: Vec<Answer>) -> Self {
        let asked = AtomicUsize::new(0);
        Self::answering(move |_| {
            let at = asked.fetch_add(1, Ordering::Relaxed);
            answers[at.min(answers.len() - 1)].clone()
        })
    }

    /// A server that looks at a request, head and body, to answer it.
    pub fn answering(answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Self {
        Self::answering_bytes(move |head, body| {
            answer(&format!("{head}{}", String::from_utf8_lossy(body)))
        })
    }

    /// A server that looks at a request's head and body to answer it.
    pub fn answering_bytes(answer: impl Fn(&str, &[u8]) -> Answer + Send + Sync + 'static) -> Self {
        let answer = Arc::new(answer);
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let requests: Arc<Mutex<Vec<String>>> = Arc::default();
        let seen = Arc::clone(&requests);
        // Ends with the test's process.
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { continue };
                let (answer, seen) = (Arc::clone(&answer), Arc::clone(&seen));
                std::thread::spawn(move || serve(stream, &*answer, &seen));
            }
        });
        Self { address, requests }
    }

    /// The requests so far: head and body.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("no test panicked while it held this").clone()
    }
}

fn serve(mut stream: TcpStream, answer: &dyn Fn(&str, &[u8]) -> Answer, seen: &Mutex<Vec<String>>) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if !matches!(stream.read(&mut byte), Ok(1)) {
            return;
        }
        head.push(byte[0]);
    }
    let text = String::from_utf8_lossy(&head).to_lowercase();
    let length = text.split("content-length:").nth(1).and_then(|rest| rest.lines().next());
    let mut body = vec![0; length.map_or(0, |length| length.trim().parse().expect("a number"))];
    if stream.read_exact(&mut body).is_err() {
        return;
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let request = format!("{head}{}", String::from_utf8_lossy(&body));
    seen.lock().expect("not poisoned").push(request);
    match answer(&head, &body) {
        Answer::Bytes(bytes) => drop(stream.write_all(&bytes)),
        Answer::Slowly(pieces, pause) => {
            for piece in pieces {
                if stream.write_all(&piece).is_err() {
                    return;
                }
                std::thread::sleep(pause);
            }
        }
        Answer::Silence(time) => std::thread::sleep(time),
    }
}
