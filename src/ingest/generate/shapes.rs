//! What events of each feed look like.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};

use super::Random;

/// The feeds that events are made for.
pub const FEEDS: [&str; 5] = ["bikes", "cars", "shop", "store", "web"];

/// Makes the events of one feed; remembers what they must agree with: odometers rise, stations keep
/// their capacity, carts their owner.
pub struct Shapes {
    feed: Feed,
    made: u64,
}

enum Feed {
    Bikes { bikes: Vec<i64>, docks: Vec<i64> },
    Cars { odometer: [f64; 2], level: [f64; 2], driving: [bool; 2] },
    Shop,
    Store { carts: Vec<Value> },
    Web,
}

/// Stations, cars, carts that events are about.
const STATIONS: usize = 20;
const CARTS: i64 = 20;
const PRODUCTS: i64 = 10;

fn shown(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Millis, true)
}

impl Shapes {
    /// The events of a feed; none where there is no such feed.
    pub fn of(feed: &str, random: &mut Random) -> Option<Self> {
        let feed = match feed {
            "bikes" => {
                let capacities: Vec<i64> =
                    (0..STATIONS).map(|_| random.between(6, 20) * 2).collect();
                let bikes = capacities.iter().map(|capacity| random.between(0, *capacity));
                let bikes: Vec<i64> = bikes.collect();
                let docks = capacities.iter().zip(&bikes).map(|(all, bikes)| all - bikes).collect();
                Feed::Bikes { bikes, docks }
            }
            "cars" => Feed::Cars {
                odometer: [10_000.0, 52_000.0],
                level: [80.0, 55.0],
                driving: [false, false],
            },
            "shop" => Feed::Shop,
            "store" => Feed::Store { carts: Vec::new() },
            "web" => Feed::Web,
            _ => return None,
        };
        Some(Self { feed, made: 0 })
    }

    /// The next event, which happened at a time.
    pub fn event(&mut self, random: &mut Random, at: DateTime<Utc>) -> Value {
        self.made += 1;
        match &mut self.feed {
            Feed::Bikes { bikes, docks } => station_status(random, at, bikes, docks),
            Feed::Cars { odometer, level, driving } => {
                let mut poll = serde_json::Map::new();
                for car in 0..2 {
                    let (key, tree) = car_tree(
                        random,
                        at,
                        car,
                        (&mut odometer[car], &mut level[car], &mut driving[car]),
                    );
                    poll.insert(key, tree);
                }
                Value::Object(poll)
            }
            Feed::Shop => shop_event(random, at),
            Feed::Store { carts } => cart(random, at, carts),
            Feed::Web => web_event(random, at, self.made),
        }
    }
}

/// A GBFS 2.3 document: one station in four has changed.
fn station_status(
    random: &mut Random,
    at: DateTime<Utc>,
    bikes: &mut [i64],
    docks: &mut [i64],
) -> Value {
    let mut stations = Vec::new();
    for (number, (bikes, docks)) in bikes.iter_mut().zip(docks).enumerate() {
        if random.happens(0.25) {
            let moved = random.between(-(*bikes).min(3), (*docks).min(3));
            *bikes += moved;
            *docks -= moved;
        }
        stations.push(json!({
            "station_id": (number + 1).to_string(),
            "num_bikes_available": *bikes,
            "vehicle_types_available": [{"count": *bikes, "vehicle_type_id": "bike"}],
            "num_docks_available": *docks,
            "is_installed": true, "is_renting": true, "is_returning": true,
            "last_reported": at.timestamp() - random.between(0, 59),
        }));
    }
    let data = json!({"stations": stations});
    json!({"ttl": 0, "version": "2.3", "last_updated": at.timestamp(), "data": data})
}

/// A car as CarConnectivity prints it: keys come and go with what the car does.
fn car_tree(
    random: &mut Random,
    at: DateTime<Utc>,
    car: usize,
    (odometer, level, driving): (&mut f64, &mut f64, &mut bool),
) -> (String, Value) {
    let upd = at.to_rfc3339_opts(SecondsFormat::Secs, false);
    let leaf = |value: Value| json!({"val": value, "upd": upd});
    let measure = |value: f64, unit: &str| json!({"val": (value * 10.0).round() / 10.0, "upd": upd, "uni": unit});
    if *driving {
        *odometer += random.between(5, 80) as f64 / 10.0;
        *level = (*level - random.fraction()).max(5.0);
    }
    let charging = !*driving && *level < 40.0;
    if charging {
        *level = (*level + 5.0).min(90.0);
    }
    if random.happens(0.2) {
        *driving = !*driving && !charging;
    }
    let vin = format!("ELTTEST{:010}", car + 1);
    let mut tree = json!({
        "vin": leaf(vin.as_str().into()),
        "name": leaf(["Family car", "Small car"][car % 2].into()),
        "manufacturer": leaf("Volkswagen".into()),
        "model": leaf(["ID.4", "e-up!"][car % 2].into()),
        "type": leaf("electric".into()),
        "odometer": measure(*odometer, "km"),
        "state": leaf(if *driving { "ignition_on" } else { "parked" }.into()),
        "connection_state": leaf("online".into()),
        "drives": {"primary": {
            "type": leaf("electric".into()),
            "range": measure(*level * 4.1, "km"),
            "level": measure(*level, "%"),
        }},
        "outside_temperature": measure(273.15 + random.between(-50, 300) as f64 / 10.0, "°K"),
        "charging": {"state": leaf(if charging { "charging" } else { "off" }.into())},
    });
    if charging {
        tree["charging"]["type"] = leaf("ac".into());
        tree["charging"]["power"] = measure(11.0, "kW");
    }
    if !*driving {
        let moved = |random: &mut Random| random.between(0, 999) as f64 / 100_000.0;
        tree["position"] = json!({
            "position_type": leaf("parking".into()),
            "latitude": {"val": 48.74 + moved(random), "upd": upd, "uni": "°"},
            "longitude": {"val": 2.30 + moved(random), "upd": upd, "uni": "°"},
        });
    }
    (vin, tree)
}

fn shop_event(random: &mut Random, at: DateTime<Utc>) -> Value {
    let time = shown(at);
    let product = |random: &mut Random| random.between(1, PRODUCTS);
    match random.between(0, 9) {
        0..=2 => {
            let mut items = Vec::new();
            let mut cents = 0;
            for _ in 0..random.between(1, 4) {
                let (number, quantity) = (product(random), random.between(1, 5));
                let price = number * 799 + 200;
                cents += price * quantity;
                items.push(json!({
                    "product_id": format!("prod-{number:03}"),
                    "product_name": format!("Product {number}"),
                    "quantity": quantity, "price": price as f64 / 100.0,
                }));
            }
            let statuses = ["pending", "processing", "shipped", "delivered"];
            json!({
                "event_type": "order", "order_id": format!("ord-{}", random.hex(8)),
                "customer_id": format!("customer-{:03}", random.between(1, 100)),
                "order_date": time, "status": random.one_of(&statuses), "items": items,
                "shipping_address": {
                    "street": format!("{} Main St", random.between(1, 999)),
                    "city": random.one_of(&["Lille", "Cairo", "Lyon"]), "country": "FR",
                },
                "total_amount": cents as f64 / 100.0,
            })
        }
        3..=5 => {
            let reasons =
                [("restock", 10, 100), ("sale", -50, -1), ("return", 1, 20), ("damage", -10, -1)];
            let (reason, low, high) = *random.one_of(&reasons);
            json!({
                "event_type": "inventory", "inventory_id": format!("inv-{}", random.hex(8)),
                "product_id": format!("prod-{:03}", product(random)),
                "warehouse_id": random.one_of(&["wh-eu-west", "wh-us-central", "wh-us-east"]),
                "quantity_change": random.between(low, high), "reason": reason, "timestamp": time,
            })
        }
        _ => {
            let user = random.between(1, 1_000);
            let kinds = ["login", "logout", "view_product", "add_to_cart", "remove_from_cart"];
            json!({
                "event_type": "user_activity", "user_id": format!("user-{user:04}"),
                "activity_type": random.one_of(&kinds),
                "ip_address": format!("192.0.2.{}", user % 256), "user_agent": "Mozilla/5.0",
                "timestamp": time,
                "metadata": {
                    "session_id": format!("sess-{}", random.hex(12)),
                    "platform": random.one_of(&["web", "mobile", "tablet"]),
                },
            })
        }
    }
}

/// A cart, new or changed.
fn cart(random: &mut Random, at: DateTime<Utc>, carts: &mut Vec<Value>) -> Value {
    let new = carts.is_empty() || (carts.len() < CARTS as usize && random.happens(0.3));
    let line = |random: &mut Random| json!({"productId": random.between(1, PRODUCTS), "quantity": random.between(1, 5)});
    if new {
        let id = carts.len() + 1;
        let products: Vec<Value> = (0..random.between(1, 4)).map(|_| line(random)).collect();
        carts.push(json!({
            "id": id, "userId": random.between(1, 10), "date": shown(at),
            "products": products, "__v": 0,
        }));
        return carts[id - 1].clone();
    }
    let at_place = (random.bits() % carts.len() as u64) as usize;
    let cart = &mut carts[at_place];
    cart["date"] = shown(at).into();
    let added = line(random);
    if let Some(products) = cart["products"].as_array_mut() {
        if products.len() > 3 {
            products.remove(0);
        }
        products.push(added);
    }
    cart.clone()
}

fn web_event(random: &mut Random, at: DateTime<Utc>, made: u64) -> Value {
    let kind = *random.one_of(&["view", "view", "view", "click", "click", "purchase"]);
    let page = format!("https://shop.example/products/{}", random.between(1, PRODUCTS));
    let user = random.between(1, 200);
    let value = (kind == "purchase").then(|| random.between(199, 19_999) as f64 / 100.0);
    json!({
        "event_id": format!("evt_{}{made:06}", random.hex(6)),
        "event_timestamp": shown(at), "event_type": kind,
        "device_id": format!("dev_{:03}", random.between(1, 300)),
        "user_id": (user < 100).then(|| format!("user_{user}")),
        "properties": {"page_url": page, "referrer": null, "value": value},
    })
}

/// How long before its time a late event happened.
pub fn lateness(random: &mut Random) -> TimeDelta {
    TimeDelta::seconds(random.between(60, 90 * 60))
}
