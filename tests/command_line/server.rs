//! A server that answers what a test says, one answer a request, and keeps the requests.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    time::Duration,
};

/// What to do with one request.
#[derive(Clone)]
pub enum Answer {
    /// Bytes as they go over the wire.
    Bytes(Vec<u8>),
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
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let requests: Arc<Mutex<Vec<String>>> = Arc::default();
        let seen = Arc::clone(&requests);
        // Ends with the test's process.
        std::thread::spawn(move || {
            for (at, stream) in listener.incoming().enumerate() {
                let Ok(stream) = stream else { continue };
                let answer = answers[at.min(answers.len() - 1)].clone();
                let seen = Arc::clone(&seen);
                std::thread::spawn(move || serve(stream, &answer, &seen));
            }
        });
        Self { address, requests }
    }

    /// The heads of the requests so far.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("no test panicked while it held this").clone()
    }
}

fn serve(mut stream: TcpStream, answer: &Answer, seen: &Mutex<Vec<String>>) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if !matches!(stream.read(&mut byte), Ok(1)) {
            return;
        }
        head.push(byte[0]);
    }
    seen.lock().expect("not poisoned").push(String::from_utf8_lossy(&head).into_owned());
    match answer {
        Answer::Bytes(bytes) => drop(stream.write_all(bytes)),
        Answer::Silence(time) => std::thread::sleep(*time),
    }
}
