//! `KEY=VALUES`: what a sweep turns, and all combinations of several such axes. It does not know which keys there are.

use super::range::{POINTS_MAX, range};
use serde::Serialize;

/// A key and the values it takes, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Axis {
    /// Dotted, as in a scenario's overrides.
    pub key: String,
    /// At least one, each as it would be written.
    pub values: Vec<String>,
}

/// One value for the key of each axis, in the order of the axes.
pub type Point = Vec<String>;

impl Axis {
    /// Reads `KEY=A..B/STEP` or `KEY=A,B,C`; a comma inside quotes or brackets belongs to its value.
    ///
    /// # Errors
    /// What is wrong, and what to write instead.
    pub fn parse(text: &str) -> Result<Axis, String> {
        let (key, values) = text.split_once('=').ok_or("write KEY=A..B/STEP, or KEY=A,B,C")?;
        let values = range(values).unwrap_or_else(|| list(values))?;
        Ok(Axis { key: key.trim().to_owned(), values })
    }
}

fn list(text: &str) -> Result<Vec<String>, String> {
    let (mut values, mut value, mut depth, mut quote) = (Vec::new(), String::new(), 0_usize, None);
    for c in text.chars() {
        match (c, quote) {
            ('"' | '\'', None) => quote = Some(c),
            (_, Some(open)) if c == open => quote = None,
            ('[' | '{', None) => depth += 1,
            (']' | '}', None) => depth = depth.saturating_sub(1),
            _ => {}
        }
        match c == ',' && depth == 0 && quote.is_none() {
            true => values.push(std::mem::take(&mut value)),
            false => value.push(c),
        }
    }
    values.push(value);
    let values: Vec<String> = values.iter().map(|value| value.trim().to_owned()).collect();
    match values.iter().any(String::is_empty) {
        true => Err("a value of the list is empty: write KEY=A,B,C".into()),
        false => Ok(values),
    }
}

/// All combinations of the values of some axes; one point, without values, if there is no axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    axes: Vec<Axis>,
}

impl Grid {
    /// All combinations of these.
    ///
    /// # Errors
    /// Two axes have one key, or there are more than 10,000 points.
    pub fn new(axes: Vec<Axis>) -> Result<Grid, String> {
        let twice = axes.iter().enumerate().find(|(at, axis)| axes[..*at].iter().any(|other| other.key == axis.key));
        if let Some((_, axis)) = twice {
            return Err(format!("`{}` is varied twice: put all its values into one --over", axis.key));
        }
        let points = axes.iter().try_fold(1_usize, |points, axis| points.checked_mul(axis.values.len()));
        match points {
            Some(points) if points <= POINTS_MAX => Ok(Grid { axes }),
            _ => Err(format!("more than {POINTS_MAX} points: use larger steps, or fewer values")),
        }
    }

    /// The axes, in order.
    pub fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// Every point; the last axis changes fastest.
    pub fn points(&self) -> Vec<Point> {
        let first = vec![Point::new()];
        self.axes.iter().fold(first, |points, axis| {
            let with = |point: &Point| {
                axis.values.iter().map(|value| [&point[..], std::slice::from_ref(value)].concat()).collect()
            };
            points.iter().flat_map(|point| -> Vec<Point> { with(point) }).collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Result<String, String> {
        Axis::parse(text).map(|axis| axis.values.join(" | "))
    }

    #[test]
    fn a_list_is_split_at_its_own_commas() {
        assert_eq!(values("a.b = 1, 2 ,x"), Ok("1 | 2 | x".into()));
        assert_eq!(values("a.b=../x.csv"), Ok("../x.csv".into()));
        assert_eq!(
            values("a.from=[\"a/x\",\"a/y\"],\"a,b\",{a=1,b=2}"),
            Ok("[\"a/x\",\"a/y\"] | \"a,b\" | {a=1,b=2}".into())
        );
        assert_eq!(values("a.b=]],'it',1"), Ok("]] | 'it' | 1".into()));
        assert_eq!(values("a.b=k=v"), Ok("k=v".into()));
    }

    #[test]
    fn a_list_without_a_value_is_refused() {
        for text in ["a.b", "a.b=", "a.b=1,,2", "a.b=1,", ""] {
            assert!(values(text).is_err_and(|wrong| wrong.contains("KEY=A")), "{text}");
        }
    }

    #[test]
    fn a_grid_has_every_combination_and_the_last_axis_is_fastest() {
        let axis = |text: &str| Axis::parse(text).expect("an axis");
        let grid = Grid::new(vec![axis("a=1,2"), axis("b=x,y,z")]).expect("a grid");
        let points: Vec<String> = grid.points().iter().map(|point| point.concat()).collect();
        assert_eq!(points, ["1x", "1y", "1z", "2x", "2y", "2z"]);
        assert_eq!(Grid::new(vec![]).expect("a grid").points(), [Point::new()]);
    }

    #[test]
    fn too_many_points_and_one_key_twice_are_refused() {
        let axis = |text: &str| Axis::parse(text).expect("an axis");
        assert!(Grid::new(vec![axis("a=1..100/1"), axis("b=1..100/1")]).is_ok());
        let many = Grid::new(vec![axis("a=1..100/1"), axis("b=1..101/1")]);
        assert!(many.is_err_and(|wrong| wrong.contains("larger steps")));
        let endless = (0..12).map(|n| axis(&format!("k{n}=1..10000/1"))).collect();
        assert!(Grid::new(endless).is_err());
        assert!(Grid::new(vec![axis("a=1"), axis("a=2")]).is_err_and(|wrong| wrong.contains("twice")));
    }
}
