//! One service in two versions, each with a server and a client. `tell_…` answers how its argument was read, `give_…`
//! gives a value to be read at the other end. The values of moved fields differ, so that a misreading shows.
//! The schemas of both versions: `tests/interop/evolution/`.

use facet::Facet;

/// Writes the service, its handler, its server and its client for the types of a module.
macro_rules! evolving {
    ($($risky:tt)+) => {
        #[vox::service]
        pub trait Evolving {
            async fn tell_added(&self, value: Added) -> String;
            async fn give_added(&self) -> Added;
            async fn tell_plain(&self, value: Plain) -> String;
            async fn give_plain(&self) -> Plain;
            async fn tell_status(&self, value: Status) -> String;
            async fn give_status(&self) -> Status;
            async fn tell_holder(&self, value: Holder) -> String;
            async fn give_holder(&self) -> Holder;
            async fn tell_rows(&self, value: Rows) -> String;
            async fn give_rows(&self) -> Rows;
            async fn tell_choice(&self, value: Choice) -> String;
            async fn give_choice(&self) -> Choice;
            async fn tell_limit(&self, value: Limit) -> String;
            async fn give_limit(&self) -> Limit;
            async fn tell_tree(&self, value: Tree) -> String;
            async fn give_tree(&self) -> Tree;
            async fn tell_page(&self, value: Page) -> String;
            async fn give_page(&self) -> Page;
            async fn tell_ring(&self, value: Ring) -> String;
            async fn give_ring(&self) -> Ring;
            async fn tell_items(&self, items: Rx<Item>) -> String;
            async fn risky(&self, value: u32) -> $($risky)+;
        }

        #[derive(Clone)]
        struct Handler;

        macro_rules! tell {
            ($method:ident, $type:ty) => {
                async fn $method(&self, value: $type) -> String {
                    format!("{value:?}")
                }
            };
        }

        macro_rules! give {
            ($method:ident, $type:ty) => {
                async fn $method(&self) -> $type {
                    <$type>::sample()
                }
            };
        }

        impl Evolving for Handler {
            tell!(tell_added, Added);
            give!(give_added, Added);
            tell!(tell_plain, Plain);
            give!(give_plain, Plain);
            tell!(tell_status, Status);
            give!(give_status, Status);
            tell!(tell_holder, Holder);
            give!(give_holder, Holder);
            tell!(tell_rows, Rows);
            give!(give_rows, Rows);
            tell!(tell_choice, Choice);
            give!(give_choice, Choice);
            tell!(tell_limit, Limit);
            give!(give_limit, Limit);
            tell!(tell_tree, Tree);
            give!(give_tree, Tree);
            tell!(tell_page, Page);
            give!(give_page, Page);
            tell!(tell_ring, Ring);
            give!(give_ring, Ring);

            async fn tell_items(&self, mut items: Rx<Item>) -> String {
                let mut all = vec![];
                while let Ok(Some(item)) = items.recv().await {
                    item.map(|item| all.push(format!("{item:?}")));
                }
                all.join(" ")
            }

            async fn risky(&self, value: u32) -> $($risky)+ {
                risky(value)
            }
        }

        /// Serves until stdin ends.
        pub async fn serve() -> Result<(), String> {
            warm_up().await?;
            let listener = TcpListener::bind("127.0.0.1:0")
                .await
                .map_err(|error| error.to_string())?;
            let address = listener.local_addr().map_err(|error| error.to_string())?;
            println!("listening {address}");
            let accepting = async {
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(async move {
                        let root = vox::acceptor_on(StreamLink::tcp(stream))
                            .on_connection(EvolvingDispatcher::new(Handler))
                            .establish::<vox::NoopClient>()
                            .await;
                        if let Ok(root) = root {
                            root.caller.closed().await;
                        }
                    });
                }
            };
            tokio::select! {
                () = accepting => Err("cannot accept".to_owned()),
                () = end_of_stdin() => Ok(()),
            }
        }

        /// Calls every method of a server, and prints what it read, one JSON line each.
        pub async fn call(address: &str) -> Result<(), String> {
            warm_up().await?;
            let client = vox::connect::<EvolvingClient>(address)
                .establish()
                .await
                .map_err(|error| format!("cannot connect: {error:?}"))?;
            let mut report = Report::default();
            macro_rules! exchange {
                ($tell:ident, $give:ident, $type:ty) => {
                    report.add(stringify!($tell), said(client.$tell(<$type>::sample()).await));
                    report.add(stringify!($give), said(client.$give().await));
                };
            }
            exchange!(tell_added, give_added, Added);
            exchange!(tell_plain, give_plain, Plain);
            exchange!(tell_status, give_status, Status);
            exchange!(tell_holder, give_holder, Holder);
            exchange!(tell_rows, give_rows, Rows);
            exchange!(tell_choice, give_choice, Choice);
            exchange!(tell_limit, give_limit, Limit);
            exchange!(tell_tree, give_tree, Tree);
            exchange!(tell_page, give_page, Page);
            exchange!(tell_ring, give_ring, Ring);
            let (tx, rx) = vox::channel::<Item>();
            let (told, sent) = tokio::join!(client.tell_items(rx), async {
                let sent = tx.send(Item::sample()).await.map_err(|error| error.to_string());
                tx.close(Default::default()).await.map_err(|error| error.to_string())?;
                sent
            });
            report.add("tell_items", sent.and_then(|()| said(told)));
            report.add("risky", said(client.risky(5).await));
            // The caller judges the failures.
            let _ = report.finish();
            Ok(())
        }

        use tokio::net::TcpListener;
        use vox::Rx;
        use vox::transport::tcp::StreamLink;

        use super::said;
        use crate::report::Report;
        use crate::serve::{end_of_stdin, warm_up};
    };
}

/// Samples of the types that are written the same in both versions.
macro_rules! samples {
    () => {
        impl Item {
            fn sample() -> Self {
                Item { a: 1, b: 2 }
            }
        }

        impl Plain {
            fn sample() -> Self {
                Plain {
                    item: Item::sample(),
                }
            }
        }

        impl Status {
            fn sample() -> Self {
                Status::Off
            }
        }

        impl Holder {
            fn sample() -> Self {
                Holder {
                    item: Some(Item::sample()),
                }
            }
        }

        impl Rows {
            fn sample() -> Self {
                Rows {
                    rows: vec![vec![Item::sample()]],
                }
            }
        }

        impl Choice {
            fn sample() -> Self {
                Choice::Pair {
                    item: Item::sample(),
                    count: 3,
                }
            }
        }

        impl Page {
            fn sample() -> Self {
                Page {
                    tree: Tree::sample(),
                    number: 5,
                }
            }
        }

        impl Ring {
            fn sample() -> Self {
                let third = Third {
                    a: 1,
                    b: 2,
                    ring: vec![],
                };
                let second = Second {
                    third: Box::new(third),
                    n: 3,
                };
                Ring {
                    second: Box::new(second),
                }
            }
        }
    };
}

/// What a call gave, as Rust writes it.
fn said(answer: Result<impl std::fmt::Debug, impl std::fmt::Debug>) -> Result<String, String> {
    match answer {
        Ok(value) => Ok(format!("{value:?}")),
        Err(error) => Err(format!("{error:?}")),
    }
}

/// As it was.
pub mod old {
    use super::Facet;

    #[derive(Debug, Clone, Facet)]
    pub struct Added {
        pub id: u64,
        pub name: String,
    }

    #[derive(Debug, Clone, Facet)]
    pub struct Item {
        pub a: u32,
        pub b: u32,
    }

    #[derive(Debug, Clone, Facet)]
    pub struct Plain {
        pub item: Item,
    }

    #[repr(u8)]
    #[derive(Debug, Clone, Facet)]
    pub enum Status {
        On,
        Off,
    }

    #[derive(Debug, Clone, Facet)]
    pub struct Holder {
        pub item: Option<Item>,
    }

    #[derive(Debug, Clone, Facet)]
    pub struct Rows {
        pub rows: Vec<Vec<Item>>,
    }

    #[repr(u8)]
    #[allow(dead_code, reason = "its fields are only printed")]
    #[derive(Debug, Clone, Facet)]
    pub enum Choice {
        Pair { item: Item, count: u32 },
        Nothing,
    }

    #[derive(Debug, Clone, Facet)]
    pub struct Limit {
        pub id: u64,
    }

    #[derive(Debug, Clone, Facet)]
    pub struct Tree {
        pub a: u32,
        pub b: u32,
        pub children: Vec<Tree>,
    }

    #[derive(Debug, Clone, Facet)]
    pub struct Page {
        pub tree: Tree,
        pub number: u32,
    }

    #[derive(Debug, Clone, Facet)]
    pub struct Ring {
        pub second: Box<Second>,
    }

    #[derive(Debug, Clone, Facet)]
    pub struct Second {
        pub third: Box<Third>,
        pub n: u32,
    }

    #[derive(Debug, Clone, Facet)]
    pub struct Third {
        pub a: u32,
        pub b: u32,
        pub ring: Vec<Ring>,
    }

    impl Added {
        fn sample() -> Self {
            Added {
                id: 7,
                name: "pen".to_owned(),
            }
        }
    }

    impl Tree {
        fn sample() -> Self {
            let leaf = Tree {
                a: 3,
                b: 4,
                children: vec![],
            };
            Tree {
                a: 1,
                b: 2,
                children: vec![leaf],
            }
        }
    }

    impl Limit {
        fn sample() -> Self {
            Limit { id: 9 }
        }
    }

    fn risky(value: u32) -> u32 {
        value + 1
    }

    samples!();
    evolving!(u32);
}

/// As it is now: fields in another order, some added, and an error declared.
pub mod new {
    use super::Facet;

    #[derive(Debug, Clone, Facet)]
    pub struct Added {
        pub name: String,
        #[facet(default)]
        pub note: Option<String>,
        pub id: u64,
        #[facet(default = 0)]
        pub count: u32,
    }

    #[derive(Debug, Clone, Facet)]
    pub struct Item {
        pub b: u32,
        pub a: u32,
    }

    #[derive(Debug, Clone, Facet)]
    pub struct Plain {
        pub item: Item,
    }

    #[repr(u8)]
    #[derive(Debug, Clone, Facet)]
    pub enum Status {
        Broken,
        Off,
        On,
    }

    #[derive(Debug, Clone, Facet)]
    pub struct Holder {
        pub item: Option<Item>,
    }

    #[derive(Debug, Clone, Facet)]
    pub struct Rows {
        pub rows: Vec<Vec<Item>>,
    }

    #[repr(u8)]
    #[allow(dead_code, reason = "its fields are only printed")]
    #[derive(Debug, Clone, Facet)]
    pub enum Choice {
        Pair { item: Item, count: u32 },
        Nothing,
    }

    #[derive(Debug, Clone, Facet)]
    pub struct Limit {
        pub id: u64,
        #[facet(default = 7)]
        pub size: u32,
    }

    #[derive(Debug, Clone, Facet)]
    pub struct Tree {
        pub b: u32,
        pub a: u32,
        pub children: Vec<Tree>,
    }

    #[derive(Debug, Clone, Facet)]
    pub struct Page {
        pub tree: Tree,
        pub number: u32,
    }

    #[derive(Debug, Clone, Facet)]
    pub struct Ring {
        pub second: Box<Second>,
    }

    #[derive(Debug, Clone, Facet)]
    pub struct Second {
        pub third: Box<Third>,
        pub n: u32,
    }

    #[derive(Debug, Clone, Facet)]
    pub struct Third {
        pub b: u32,
        pub a: u32,
        pub ring: Vec<Ring>,
    }

    impl Added {
        fn sample() -> Self {
            Added {
                name: "pen".to_owned(),
                note: Some("blue".to_owned()),
                id: 7,
                count: 5,
            }
        }
    }

    impl Tree {
        fn sample() -> Self {
            let leaf = Tree {
                b: 4,
                a: 3,
                children: vec![],
            };
            Tree {
                b: 2,
                a: 1,
                children: vec![leaf],
            }
        }
    }

    impl Limit {
        fn sample() -> Self {
            Limit { id: 9, size: 8 }
        }
    }

    fn risky(value: u32) -> Result<u32, String> {
        Ok(value + 1)
    }

    samples!();
    evolving!(Result<u32, String>);
}
