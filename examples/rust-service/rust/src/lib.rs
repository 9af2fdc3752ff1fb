//! A shop, as a Rust service has been all along.

use facet::Facet;
use vox::{Tx, service};

#[derive(Clone, Copy, Debug, PartialEq, Facet)]
pub struct ProductId(pub u64);

#[derive(Clone, Debug, Facet)]
pub struct Product {
    pub id: ProductId,
    pub name: String,
    pub price_cents: u32,
    pub note: Option<String>,
}

#[derive(Clone, Debug, Facet)]
#[repr(u8)]
pub enum ShopError {
    NotFound,
    /// So many are left.
    SoldOut {
        left: u32,
    },
}

#[derive(Clone, Debug, Facet)]
#[repr(u8)]
pub enum StockEvent {
    Sold { id: ProductId, left: u32 },
    Closed,
}

/// What is for sale.
#[service]
pub trait Shop {
    /// Looks one product up.
    #[vox(idem)]
    async fn get(&self, id: ProductId) -> Result<Product, ShopError>;
    /// Buys, and answers with what is to be paid.
    async fn buy(&self, id: ProductId, count: u32) -> Result<u64, ShopError>;
    /// Sells three, and tells of each.
    async fn watch(&self, id: ProductId, events: Tx<StockEvent>) -> u32;
}
