// Unpacks archives that came from elsewhere: zip, and tar as it is or in gzip, zstd or bzip2. Nothing of an archive can reach out of the
// folder.
//
//	gradient-unpack list      prints the names of their files, each ended by a zero byte
//	gradient-unpack FOLDER    puts them there
//
// The unnamed file 3 has {"archives": [{"file", "name", "folder", "isLayer"}], "wanted": [NAME], "used": {"files", "bytes"}, "limits":
// {"files", "bytes", "depth"}}: the archives in their order, what they are called and where in the folder their content belongs; which
// files of them are wanted (all, where that is left out); what is there already, and what there may be with it. An archive that is a layer
// of an image takes away what its whiteouts name, and replaces what is there. What is wrong with an archive goes to standard error as
// {"refused": ..., "archive": NAME}, what is more than a limit as {"files": COUNT} and so on, what the volume has no room for as {"needs":
// BYTES}, and what fails here as {"error": ...}.
package main

import (
	"archive/tar"
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"runtime"
	"slices"
	"strings"
	"syscall"
)

const (
	whiteout  = ".wh." // https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts
	opaque    = ".wh..wh..opq"
	largeFile = 1 << 20 // before which the volume is asked for its room
)

type request struct {
	Archives []archive
	Wanted   []string
	Used     struct{ Files, Bytes int64 }
	Limits   struct{ Files, Bytes, Depth int64 } // with folders; parts of a path
}

type unpacker struct {
	request
	folder string
	root   *os.Root
	number int             // of the archive that is being unpacked
	files  int64           // that there are, with folders
	bytes  int64           // of them
	ours   map[string]bool // what a layer has brought, with the folders
	buffer []byte
}

func list(given request) error {
	output := bufio.NewWriter(os.Stdout)
	length := 0
	for _, one := range given.Archives {
		err := one.each(func(entry *tar.Header, _ io.Reader) error {
			if err := checkText(entry.Name); err != nil { // else no pattern is compared with it
				return err
			}
			if entry.Typeflag == tar.TypeDir {
				return nil
			}
			if length += len(one.place(entry.Name)) + 1; length > mostNames {
				return refuse("the names of its files are longer than %d MiB, and source.include and source.exclude are compared with "+
					"all; pack fewer files, or leave the patterns out", mostNames>>20)
			}
			_, err := output.WriteString(one.place(entry.Name) + "\x00")
			return err
		})
		if err != nil {
			return one.blame(err)
		}
	}
	return output.Flush()
}

// A folder comes with its files where these are chosen.
func (u *unpacker) wants(name string) bool {
	_, isNamed := slices.BinarySearch(u.Wanted, name)
	return u.Wanted == nil || isNamed
}

func (u *unpacker) add(entry *tar.Header, content io.Reader) error {
	one := u.Archives[u.number]
	name := one.place(entry.Name)
	base := path.Base(name)
	if one.IsLayer && strings.HasPrefix(base, whiteout) {
		return u.remove(path.Dir(name), base)
	}
	if path.Clean(entry.Name) == "." && entry.Typeflag == tar.TypeDir || !u.wants(name) {
		return nil
	}
	if path.Clean(entry.Name) == "." {
		return refuse("it has a file without a name (%.200q); pack it again", entry.Name)
	}
	if err := check(entry.Name); err != nil {
		return err
	}
	if depth := int64(strings.Count(name, "/")) + 1; depth > u.Limits.Depth {
		return finding{"depth", depth}
	}
	if entry.Typeflag == tar.TypeDir { // an empty one may be what a link leads to
		return u.makeFolders(name)
	}
	if err := u.makeRoom(name); err != nil {
		return err
	}
	if entry.Typeflag == tar.TypeLink {
		return u.link(name, entry.Linkname)
	}
	if err := u.count(entry.Size); err != nil {
		return err
	}
	switch entry.Typeflag {
	case tar.TypeReg, tar.TypeGNUSparse:
		return u.write(name, entry, content)
	case tar.TypeSymlink:
		if entry.Linkname == "" || len(entry.Linkname) >= longestTarget {
			return refuse("it has %.200q, a link that leads to no name that a file can have; replace it by a file", name)
		}
		return u.root.Symlink(entry.Linkname, name)
	}
	return refuse("it has %.200q, which is a device, a pipe or of another kind that is no file; leave it out by source.exclude", name)
}

// Before a file or folder is made. The sizes are hostile: their sum may be no number.
func (u *unpacker) count(bytes int64) error {
	u.files++
	u.bytes += bytes
	if u.files > u.Limits.Files {
		return finding{"files", u.files}
	}
	if u.bytes < 0 || u.bytes > u.Limits.Bytes {
		return finding{"bytes", max(u.bytes, bytes)}
	}
	return nil
}

// Before content is written, so that a volume is not filled for nothing.
func (u *unpacker) requireRoom(bytes int64) error {
	var volume syscall.Statfs_t
	if bytes < largeFile {
		return nil
	}
	if err := syscall.Statfs(u.folder, &volume); err != nil {
		return err
	}
	if volume.Blocks > 0 && bytes/volume.Bsize >= int64(volume.Bavail) {
		return finding{"needs", bytes}
	}
	return nil
}

// Makes a folder and those that it is in.
func (u *unpacker) makeFolders(name string) error {
	for at := range len(name) + 1 {
		if at < len(name) && name[at] != '/' {
			continue
		}
		folder := name[:at]
		there, err := u.root.Stat(folder)
		_, missing := u.root.Lstat(folder)
		if err != nil && missing == nil {
			return refuse("it has files in %.200q, which is a link to something that is not in it", folder)
		}
		if err == nil && !there.IsDir() {
			err = fs.ErrNotExist
			if err := u.replace(folder); err != nil {
				return err
			}
		}
		if err != nil {
			if err := u.count(0); err != nil {
				return err
			}
			if err := u.root.Mkdir(folder, 0777); err != nil {
				return err
			}
		}
		u.note(folder)
	}
	return nil
}

// Makes the folders of a file, and removes what a layer replaces.
func (u *unpacker) makeRoom(name string) error {
	if folder := path.Dir(name); folder != "." {
		if err := u.makeFolders(folder); err != nil {
			return err
		}
	}
	if _, err := u.root.Lstat(name); err == nil {
		if err := u.replace(name); err != nil {
			return err
		}
	}
	u.note(name)
	return nil
}

// Whiteouts ask for it. Of other archives, which may have any number of files, nothing is kept.
func (u *unpacker) note(name string) {
	if u.Archives[u.number].IsLayer {
		u.ours[name] = true
	}
}

// What another layer of an image has brought is replaced by this one; anything else is there twice.
func (u *unpacker) replace(name string) error {
	if !u.Archives[u.number].IsLayer {
		return u.conflict(name)
	}
	return u.root.RemoveAll(name)
}

// Says whose file has a name that another has, too, or a folder.
func (u *unpacker) conflict(name string) error {
	for number, one := range u.Archives[:u.number+1] {
		count := 0
		err := one.each(func(entry *tar.Header, _ io.Reader) error {
			place := one.place(entry.Name)
			isFile := entry.Typeflag != tar.TypeDir && u.wants(place)
			if isFile && (place == name || strings.HasPrefix(place, name+"/")) {
				count++
			}
			return nil
		})
		switch {
		case err != nil:
			return err
		case number == u.number && count > 1:
			return refuse("it has %.200q twice, or as a file and a folder; pack it again without one of them", name)
		case number < u.number && count > 0:
			return refuse("it has %.200q, which %.200s has, too; rename one, or leave it out by source.exclude", name, one.Name)
		}
	}
	return refuse("it has %.200q, and what is beside the archive in the source, or what a link leads to, has that name, too, as far as "+
		"this volume tells names apart; rename one, or leave it out by source.exclude", name)
}

// Says of what is wrong with a file which archive has brought it, if one has.
func (u *unpacker) blameFor(name string, wrong error) error {
	for _, one := range slices.Backward(u.Archives) {
		found := errors.New("found")
		err := one.each(func(entry *tar.Header, _ io.Reader) error {
			if one.place(entry.Name) == name && entry.Typeflag != tar.TypeDir {
				return found
			}
			return nil
		})
		if err == found {
			return one.blame(wrong)
		}
	}
	return wrong
}

func (u *unpacker) write(name string, entry *tar.Header, content io.Reader) error {
	if err := u.requireRoom(entry.Size); err != nil {
		return err
	}
	mode := fs.FileMode(0666 | entry.Mode&0111)
	file, err := u.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	defer file.Close()
	if _, err := io.CopyBuffer(struct{ io.Writer }{file}, struct{ io.Reader }{content}, u.buffer); err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	return u.root.Chtimes(name, entry.ModTime, entry.ModTime)
}

// Not every volume has hard links.
func (u *unpacker) link(name, target string) error {
	if err := check(target); err != nil {
		return err
	}
	to := u.Archives[u.number].place(target)
	there, err := u.root.Lstat(to)
	if err != nil || there.IsDir() || u.isArchive(there) {
		return refuse("it has %.200q, which is a link to no file of it, or to one that is left out", name)
	}
	if err := u.count(there.Size()); err != nil {
		return err
	}
	if u.root.Link(to, name) == nil {
		return nil
	}
	if !there.Mode().IsRegular() {
		return refuse("it has %.200q, which is a link to a link; replace it by a file", name)
	}
	from, err := u.root.Open(to)
	if err != nil {
		return err
	}
	defer from.Close()
	return u.write(name, &tar.Header{Mode: int64(there.Mode().Perm()), ModTime: there.ModTime(), Size: there.Size()}, from)
}

// A whiteout hides what the layers below have, and nothing of its own.
func (u *unpacker) remove(folder, base string) error {
	if base == opaque {
		return u.removeOthers(folder)
	}
	hidden := strings.TrimPrefix(base, whiteout)
	name := path.Join(folder, hidden)
	if strings.Trim(hidden, ".") == "" {
		return refuse("it has the whiteout %.200q, which names no file", base)
	}
	if err := check(name); err != nil {
		return err
	}
	if u.ours[name] {
		return nil
	}
	if _, err := u.root.Lstat(name); err != nil {
		return nil // nothing of that name, or it was left out
	}
	return u.root.RemoveAll(name)
}

func (u *unpacker) removeOthers(folder string) error {
	if err := check(folder); err != nil {
		return err
	}
	var others []string
	err := fs.WalkDir(u.root.FS(), folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || name == folder || u.ours[name] || strings.HasPrefix(name, "..") {
			return err
		}
		others = append(others, name)
		if entry.IsDir() {
			return fs.SkipDir
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, name := range others {
		if err == nil {
			err = u.root.RemoveAll(name)
		}
	}
	return err
}

// Archives go when all is there.
func (u *unpacker) isArchive(there fs.FileInfo) bool {
	return slices.ContainsFunc(u.Archives, func(one archive) bool {
		itself, err := os.Stat(one.File)
		folder, failed := os.Stat(path.Dir(one.File))
		isHidden := strings.HasPrefix(path.Base(path.Dir(one.File)), "..")
		return (err == nil && os.SameFile(there, itself)) || (isHidden && failed == nil && os.SameFile(there, folder))
	})
}

// Of links that the source has itself, too: one may lead to an archive.
func (u *unpacker) checkLinks() error {
	return fs.WalkDir(u.root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && strings.HasPrefix(entry.Name(), "..") {
			return fs.SkipDir
		}
		if err != nil || entry.Type()&fs.ModeSymlink == 0 {
			return err
		}
		there, err := u.root.Stat(name)
		if err == nil && !u.isArchive(there) {
			return nil
		}
		where := "to something that is not there, to an archive or to what is left out"
		if err != nil && !errors.As(err, new(syscall.Errno)) { // the system was not asked
			where = "out of the model's folder"
		}
		return u.blameFor(name, refuse("there is %.200q, which is a link %s; replace it by a file, or leave it out by source.exclude", name, where))
	})
}

func unpackAll(given request, folder string) error {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	slices.Sort(given.Wanted)
	u := unpacker{request: given, folder: folder, root: root, files: given.Used.Files, bytes: given.Used.Bytes, buffer: make([]byte, 1<<20)}
	for number, one := range given.Archives {
		u.number, u.ours = number, map[string]bool{}
		if err := one.each(u.add); err != nil {
			return one.blame(err)
		}
	}
	return u.checkLinks()
}

func run(folder string) error {
	var given request
	if err := json.NewDecoder(os.NewFile(3, "the request")).Decode(&given); err != nil {
		return err
	}
	if folder == "list" {
		return list(given)
	}
	return unpackAll(given, folder)
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: gradient-unpack list|FOLDER")
		os.Exit(2)
	}
	if os.Args[1] == "--version" {
		fmt.Println("gradient-unpack " + runtime.Version())
		return
	}
	err := run(os.Args[1])
	if err == nil {
		return
	}
	told := finding{"error", err.Error()}
	errors.As(err, &told)
	all := map[string]any{told.name: told.value}
	var of blamed
	if errors.As(err, &of) {
		all["archive"] = of.Name
	}
	line, _ := json.Marshal(all)
	os.Stderr.Write(append(line, '\n'))
	os.Exit(1)
}
