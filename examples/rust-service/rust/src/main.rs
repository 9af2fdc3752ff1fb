//! Serves the shop over TCP and over WebSockets, on ports of the system's choice, until standard input ends.

use shop::{Product, ProductId, Shop, ShopDispatcher, ShopError, StockEvent};
use tokio::io::{AsyncReadExt, stdin};
use tokio::net::TcpListener;
use vox::{Tx, WsListener};

#[derive(Clone)]
struct Counter;

impl Shop for Counter {
    async fn get(&self, id: ProductId) -> Result<Product, ShopError> {
        match id {
            ProductId(7) => Ok(Product {
                id,
                name: "Hammer".to_owned(),
                price_cents: 1250,
                note: None,
            }),
            _ => Err(ShopError::NotFound),
        }
    }

    async fn buy(&self, id: ProductId, count: u32) -> Result<u64, ShopError> {
        let product = self.get(id).await?;
        if count > 3 {
            return Err(ShopError::SoldOut { left: 3 });
        }
        Ok(u64::from(product.price_cents) * u64::from(count))
    }

    async fn watch(&self, id: ProductId, events: Tx<StockEvent>) -> u32 {
        let mut sent = 0;
        for left in (0..3).rev() {
            if events.send(StockEvent::Sold { id, left }).await.is_err() {
                return sent;
            }
            sent += 1;
        }
        let _ = events.send(StockEvent::Closed).await;
        let _ = events.close(Default::default()).await;
        sent
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let tcp = TcpListener::bind("127.0.0.1:0").await?;
    let web = WsListener::bind("127.0.0.1:0").await?;
    println!("tcp://{}", tcp.local_addr()?);
    println!("ws://{}", web.local_addr()?);
    let mut input = stdin();
    let mut byte = [0];
    tokio::select! {
        outcome = vox::serve_listener(tcp, ShopDispatcher::new(Counter)) => outcome?,
        outcome = vox::serve_listener(web, ShopDispatcher::new(Counter)) => outcome?,
        _ = input.read(&mut byte) => {}
    }
    Ok(())
}
