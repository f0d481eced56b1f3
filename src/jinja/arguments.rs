//! The arguments of a call, by place and by name, as Python's functions take them.

use minijinja::{
    Error, ErrorKind, Value,
    value::{ArgType, Kwargs},
};

/// The arguments of a call.
pub struct Arguments<'a> {
    /// The function, for messages.
    function: &'static str,
    /// Those without a name.
    pub positional: &'a [Value],
    /// Those with one.
    pub named: Kwargs,
}

impl<'a> Arguments<'a> {
    /// The arguments of a call of `function`.
    ///
    /// # Errors
    /// None in practice: the last argument holds the named ones.
    pub fn new(function: &'static str, args: &'a [Value]) -> Result<Self, Error> {
        Ok(match args.split_last() {
            Some((last, rest)) if last.is_kwargs() => {
                Self { function, positional: rest, named: Kwargs::try_from(last.clone())? }
            }
            _ => {
                let named = Kwargs::from_iter(Vec::<(String, Value)>::new());
                Self { function, positional: args, named }
            }
        })
    }

    /// The argument at a place or of a name, whatever it is.
    ///
    /// # Errors
    /// None in practice.
    pub fn value(&self, at: usize, name: &str) -> Result<Option<Value>, Error> {
        match self.positional.get(at) {
            Some(value) => Ok(Some(value.clone())),
            None if self.named.has(name) => self.named.get::<Value>(name).map(Some),
            None => Ok(None),
        }
    }

    /// The argument at a place or of a name; none where it is left out or `none`.
    ///
    /// # Errors
    /// An argument of another type.
    pub fn get<T>(&self, at: usize, name: &str) -> Result<Option<T>, Error>
    where
        T: for<'v> ArgType<'v, Output = T>,
    {
        match self.value(at, name)?.filter(|value| !value.is_none()) {
            Some(value) => T::from_value(Some(&value)).map(Some).map_err(|_| {
                self.wrong(format!("`{name}` cannot be `{}`", super::python_text::repr(&value)))
            }),
            None => Ok(None),
        }
    }

    /// An argument that has to be there.
    ///
    /// # Errors
    /// A missing argument, or one of another type.
    pub fn required<T>(&self, at: usize, name: &str) -> Result<T, Error>
    where
        T: for<'v> ArgType<'v, Output = T>,
    {
        self.get(at, name)?.ok_or_else(|| self.wrong(format!("`{name}` is missing")))
    }

    /// A text that has to be there; no other value is made one.
    ///
    /// # Errors
    /// A missing argument, or one that is no text.
    pub fn text(&self, at: usize, name: &str) -> Result<String, Error> {
        match self.value(at, name)? {
            None => Err(self.wrong(format!("`{name}` is missing"))),
            Some(value) => match value.as_str() {
                Some(text) => Ok(text.to_owned()),
                None => {
                    let found = super::python_text::repr(&value);
                    Err(self.wrong(format!("`{name}` expects a text, not `{found}`")))
                }
            },
        }
    }

    /// Refuses arguments that nothing asked for.
    ///
    /// # Errors
    /// More than `most` without a name, and names that are none of the function's.
    pub fn finish(&self, most: usize) -> Result<(), Error> {
        if self.positional.len() > most {
            let given = self.positional.len();
            return Err(self.wrong(format!("takes at most {most} arguments, {given} are given")));
        }
        self.named.assert_all_used()
    }

    /// An error of this call.
    pub fn wrong(&self, message: impl std::fmt::Display) -> Error {
        Error::new(ErrorKind::InvalidOperation, format!("`{}`: {message}", self.function))
    }
}
