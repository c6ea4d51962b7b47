//! Which file a name comes from: paths resolved as the compiler does, through re-exports to the file that defines the
//! name. Reads modules that are files and items at the left margin, but no macros.

use crate::source::{Source, is_part, sources, word};
use std::collections::{BTreeMap, BTreeSet};

/// The names of a module's path from the root.
type Module = Vec<String>;

/// A name that a `use` brings in.
#[derive(Debug)]
struct Import {
    path: Vec<String>,
    /// Its name here; `*` for everything in the path.
    name: String,
    /// Whether it is a re-export (`pub use`).
    is_public: bool,
}

/// The names in one file.
struct File {
    module: Module,
    imports: Vec<Import>,
    /// What it defines.
    items: BTreeSet<String>,
    /// The other paths in its code.
    paths: BTreeSet<Vec<String>>,
    words: BTreeSet<String>,
}

/// All files of the crate except tests and the binary.
pub struct Names {
    /// Their paths below `src`.
    pub files: Vec<String>,
    read: Vec<File>,
    by_module: BTreeMap<Module, usize>,
}

/// What a path leads to.
enum Place {
    Module(Module),
    /// Something that this file defines.
    Item(usize),
}

impl Names {
    pub fn of_the_crate() -> Names {
        let mut sources = sources("src");
        sources.retain(|source| !source.is_test() && !["main.rs", "page.rs"].contains(&source.path.as_str()));
        let read: Vec<File> = sources.iter().map(File::of).collect();
        let by_module = read.iter().zip(0..).map(|(file, at)| (file.module.clone(), at)).collect();
        Names { files: sources.into_iter().map(|source| source.path).collect(), read, by_module }
    }

    /// The files from which this one takes names, with the names. Re-exports do not count as taken. Modules that
    /// contain this one do not count either: what they define is there for their parts.
    pub fn taken(&self, file: usize) -> BTreeMap<usize, BTreeSet<String>> {
        let File { module, imports, paths, words, .. } = &self.read[file];
        let used = imports.iter().filter(|i| !i.is_public || words.contains(&i.name)).map(|import| &import.path);
        // A path that begins with a crate, or with an imported name, was handled at the import.
        let here = |path: &&Vec<String>| is_keyword(&path[0]) || self.is_module(&[&module[..], &path[..1]].concat());
        let mut taken: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
        for path in used.chain(paths.iter().filter(here)) {
            let to = self.find(module, path, 0).map(|place| self.file(place));
            if let Some(to) = to.flatten().filter(|to| !module.starts_with(&self.read[*to].module)) {
                taken.entry(to).or_default().extend(path.last().cloned());
            }
        }
        taken
    }

    fn is_module(&self, module: &[String]) -> bool {
        self.by_module.contains_key(module)
    }

    fn file(&self, place: Place) -> Option<usize> {
        match place {
            Place::Item(file) => Some(file),
            Place::Module(module) => self.by_module.get(&module).copied(),
        }
    }

    /// Resolves a path in a module.
    fn find(&self, module: &Module, path: &[String], depth: usize) -> Option<Place> {
        let mut here = module.clone();
        for (at, name) in path.iter().enumerate() {
            match name.as_str() {
                "crate" => here.clear(),
                "self" | "*" => {}
                "super" => drop(here.pop()),
                _ => match self.step(&here, name, depth)? {
                    Place::Module(next) => here = next,
                    item => return (at > 0 || path.len() > 1 || depth > 0).then_some(item),
                },
            }
        }
        Some(Place::Module(here))
    }

    /// What a name means inside a module.
    fn step(&self, module: &Module, name: &str, depth: usize) -> Option<Place> {
        // Names that lead to each other in a circle lead nowhere.
        let file = *self.by_module.get(module).filter(|_| depth < 16)?;
        let child = [&module[..], &[name.to_owned()]].concat();
        if self.is_module(&child) {
            return Some(Place::Module(child));
        }
        let File { imports, items, .. } = &self.read[file];
        if items.contains(name) {
            return Some(Place::Item(file));
        }
        if let Some(import) = imports.iter().find(|import| import.name == name) {
            return self.find(module, &import.path, depth + 1);
        }
        imports.iter().filter(|import| import.name == "*").find_map(|import| {
            let Place::Module(all) = self.find(module, &import.path, depth + 1)? else { return None };
            self.step(&all, name, depth + 1)
        })
    }
}

fn is_keyword(name: &str) -> bool {
    ["crate", "self", "super"].contains(&name)
}

impl File {
    fn of(source: &Source) -> File {
        let (mut imports, mut items) = (Vec::new(), BTreeSet::new());
        let (mut paths, mut words) = (BTreeSet::new(), BTreeSet::new());
        let mut lines = source.code().iter();
        while let Some(line) = lines.next() {
            items.extend(item(line));
            let Some((is_public, tree)) = import(line) else {
                if !line.ends_with(';') || !line.contains("mod ") {
                    read_paths(line, &mut paths, &mut words);
                }
                continue;
            };
            let mut tree = tree.to_owned();
            while !tree.ends_with(';') {
                tree += lines.next().expect("an import ends").trim();
            }
            let mut leaves = Vec::new();
            grow(&[], tree.trim_end_matches(';'), &mut leaves);
            imports.extend(leaves.into_iter().map(|(path, name)| Import { path, name, is_public }));
        }
        File { module: source.module(), imports, items, paths, words }
    }
}

/// A line without its visibility; `None` if it has none.
fn public(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("pub")?;
    match rest.strip_prefix('(') {
        Some(seen) => seen.split_once(") ").map(|(_, rest)| rest),
        None => rest.strip_prefix(' '),
    }
}

/// The name that a line at the left margin defines.
fn item(line: &str) -> Option<String> {
    const KINDS: [&str; 9] = ["struct", "enum", "union", "trait", "type", "fn", "const", "static", "macro_rules!"];
    let mut words = public(line).unwrap_or(line).split(' ').skip_while(|w| ["unsafe", "async"].contains(w));
    let kind = words.next().filter(|kind| KINDS.contains(kind))?;
    let name = words.find(|w| !(kind == "const" && *w == "fn" || kind == "static" && *w == "mut"))?;
    Some(word(name).to_owned()).filter(|name| !name.is_empty())
}

/// The tree of a `use`, and whether it is a re-export.
fn import(line: &str) -> Option<(bool, &str)> {
    let line = line.trim();
    let private = line.strip_prefix("use ").map(|tree| (false, tree));
    private.or_else(|| Some((true, public(line)?.strip_prefix("use ")?)))
}

/// The paths of a `use` tree, each with its local name.
fn grow(stem: &[String], tree: &str, leaves: &mut Vec<(Vec<String>, String)>) {
    let tree = tree.trim();
    if let Some(group) = tree.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        parts(group).into_iter().for_each(|part| grow(stem, part, leaves));
    } else if let Some((head, rest)) = tree.split_once("::").filter(|(head, _)| !head.contains(' ')) {
        grow(&[stem, &[head.to_owned()]].concat(), rest, leaves);
    } else if !tree.is_empty() {
        let (last, name) = tree.split_once(" as ").unwrap_or((tree, tree));
        // `a::{self}` is `a`.
        let path = if last == "self" && !stem.is_empty() { stem.to_vec() } else { [stem, &[last.to_owned()]].concat() };
        let name = if name == "self" { path.last().cloned().unwrap_or_default() } else { name.to_owned() };
        leaves.push((path, name));
    }
}

/// The parts between the outer commas.
fn parts(group: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut begin) = (Vec::new(), 0, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&group[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&group[begin..]);
    parts
}

/// Collects the first names of a line's paths, and its paths of more than one name.
fn read_paths(line: &str, paths: &mut BTreeSet<Vec<String>>, words: &mut BTreeSet<String>) {
    // A path in a visibility is not a dependency.
    let mut rest = public(line.trim_start()).unwrap_or(line);
    while let Some(begin) = rest.find(is_part) {
        let mut path = vec![word(&rest[begin..]).to_owned()];
        rest = &rest[begin + path[0].len()..];
        while let Some(next) = rest.strip_prefix("::").filter(|next| next.starts_with(is_part)) {
            path.push(word(next).to_owned());
            rest = &next[word(next).len()..];
        }
        words.insert(path[0].clone());
        if path.len() > 1 {
            paths.insert(path);
        }
    }
}
