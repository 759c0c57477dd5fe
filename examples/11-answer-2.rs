//! Chapter 11, exercise 2: a table that knows a token of before.
//!
//! ```sh
//! cargo run --example 11-answer-2
//! ```

use minimio::Token;

/// So few bits that the end can be reached.
const GENERATION_BITS: u32 = 8;

// ANCHOR: table
struct Place<T> {
    generation: usize,
    value: Option<T>,
}

struct Table<T> {
    places: Vec<Place<T>>,
    free: Vec<usize>,
}

impl<T> Table<T> {
    fn insert(&mut self, value: T) -> Token {
        let index = self.free.pop().unwrap_or_else(|| {
            let empty = Place {
                generation: 0,
                value: None,
            };
            self.places.push(empty);
            self.places.len() - 1
        });
        let place = &mut self.places[index];
        place.value = Some(value);
        Token(index << GENERATION_BITS | place.generation)
    }
    // ANCHOR_END: table

    // ANCHOR: lookup
    fn place(&mut self, token: Token) -> Option<&mut Place<T>> {
        let generation = token.0 % (1 << GENERATION_BITS);
        let place = self.places.get_mut(token.0 >> GENERATION_BITS)?;
        (place.generation == generation).then_some(place)
    }

    fn get(&mut self, token: Token) -> Option<&T> {
        self.place(token)?.value.as_ref()
    }

    fn remove(&mut self, token: Token) -> Option<T> {
        let place = self.place(token)?;
        let value = place.value.take()?;
        place.generation = (place.generation + 1) % (1 << GENERATION_BITS);
        self.free.push(token.0 >> GENERATION_BITS);
        Some(value)
    }
    // ANCHOR_END: lookup
}

fn main() {
    let mut table = Table {
        places: Vec::new(),
        free: Vec::new(),
    };
    let old = table.insert("Ada");
    println!("before it is removed: {:?}", table.get(old));
    table.remove(old);
    let mut token = table.insert("Bob");
    println!("in the same place: {:?}", table.get(old));
    println!("removed twice: {:?}", table.remove(old));

    let mut reuses = 1;
    while token != old {
        table.remove(token);
        token = table.insert("Bob");
        reuses += 1;
    }
    println!("after {reuses} reuses: {:?}", table.get(old));
}
