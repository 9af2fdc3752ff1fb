//! The peer of the tests of generated Rust (tests/interop/rust-crate.test.ts), which write `glue.rs` and the modules.
//!
//! ```text
//! announcements        what the services announce, one JSON line a method
//! types                what each type announces, lines `module type hex`
//! schemas              schemas of the modules and of the other crates, each after a line `--- name`
//! recode               lines `module type hex` in, lines `hex text` out
//! samples <n>          n values of each type, lines `module type hex text`
//! serve                prints `listening <address>`, then each call that it answers, until stdin ends
//! call <address> <n>   calls each method n times, and prints the calls
//! ```

use std::process::ExitCode;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, stdin};
use tokio::net::TcpListener;
use vox::transport::tcp::StreamLink;
use vox_generated::glue;

/// On one thread: see interop/rust.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match *arguments {
        ["announcements"] => announcements(),
        ["types"] => glue::announced(),
        ["schemas"] => schemas(),
        ["recode"] => recode().await,
        ["samples", count] => samples(count),
        ["serve"] => serve().await,
        ["call", address, rounds] => match rounds.parse() {
            Ok(rounds) => glue::call_all(address, rounds).await,
            Err(_) => Err(format!("not a number: {rounds}")),
        },
        _ => Err("what is to be done?".to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

fn announcements() -> Result<(), String> {
    for (_, services) in glue::descriptors() {
        print!("{}", vox_export::announcements(&services)?);
    }
    Ok(())
}

fn schemas() -> Result<(), String> {
    let modules = glue::descriptors().into_iter().filter(|(_, services)| !services.is_empty());
    for (name, services) in modules.chain(glue::others()) {
        let text = vox_export::schema(name, &services).map_err(|problems| format!("{name}: {problems:?}"))?;
        print!("--- {name}\n{text}");
    }
    Ok(())
}

async fn recode() -> Result<(), String> {
    let mut lines = BufReader::new(stdin()).lines();
    while let Some(line) = lines.next_line().await.map_err(|error| error.to_string())? {
        let words: Vec<&str> = line.split(' ').collect();
        let [module, name, hex] = words[..] else { return Err(format!("not understood: {line}")) };
        let bytes: Vec<u8> = (1..hex.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).map_err(|_| format!("not hex: {hex}")))
            .collect::<Result<_, _>>()?;
        println!("{}", glue::recode(module, name, &bytes).ok_or(format!("no type {module}::{name}"))?);
    }
    Ok(())
}

fn samples(count: &str) -> Result<(), String> {
    let count = count.parse().map_err(|_| format!("not a number: {count}"))?;
    glue::samples(count);
    Ok(())
}

async fn serve() -> Result<(), String> {
    let listener = TcpListener::bind("127.0.0.1:0").await.map_err(|error| error.to_string())?;
    println!("listening {}", listener.local_addr().map_err(|error| error.to_string())?);
    let accepting = async {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = stream.set_nodelay(true);
            tokio::spawn(answer(stream));
        }
    };
    let mut input = stdin();
    let mut byte = [0];
    tokio::select! {
        () = accepting => {}
        _ = input.read(&mut byte) => {}
    }
    Ok(())
}

async fn answer(stream: tokio::net::TcpStream) {
    let route = vox::acceptor_fn(|request, connection| {
        let service = request.service().to_owned();
        match glue::route(&service, connection) {
            None => Ok(()),
            Some(_) => Err(vec![]),
        }
    });
    let builder = vox::acceptor_on(StreamLink::tcp(stream)).on_connection(route);
    if let Ok(root) = builder.establish::<vox::NoopClient>().await {
        root.caller.closed().await;
    }
}
