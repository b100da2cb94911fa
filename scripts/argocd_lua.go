// Runs a Lua script of Argo CD's on an object, for tests, in the engine that Argo CD has: argocd-lua SCRIPT-FILE < OBJECT.json prints what
// the script returns as JSON.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	lua "github.com/yuin/gopher-lua"
)

func toLua(state *lua.LState, value any) lua.LValue {
	switch of := value.(type) {
	case map[string]any:
		table := state.NewTable()
		for key, member := range of {
			table.RawSetString(key, toLua(state, member))
		}
		return table
	case []any:
		table := state.NewTable()
		for _, element := range of {
			table.Append(toLua(state, element))
		}
		return table
	case string:
		return lua.LString(of)
	case float64:
		return lua.LNumber(of)
	case bool:
		return lua.LBool(of)
	}
	return lua.LNil
}

func fromLua(value lua.LValue) any {
	switch of := value.(type) {
	case *lua.LTable:
		if of.Len() > 0 {
			list := []any{}
			of.ForEach(func(_, element lua.LValue) { list = append(list, fromLua(element)) })
			return list
		}
		object := map[string]any{}
		of.ForEach(func(key, member lua.LValue) { object[key.String()] = fromLua(member) })
		return object
	case lua.LString:
		return string(of)
	case lua.LNumber:
		return float64(of)
	case lua.LBool:
		return bool(of)
	}
	return nil
}

func run() error {
	var object map[string]any
	if err := json.NewDecoder(os.Stdin).Decode(&object); err != nil {
		return err
	}
	state := lua.NewState()
	defer state.Close()
	state.SetGlobal("obj", toLua(state, object))
	if err := state.DoFile(os.Args[1]); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(fromLua(state.Get(-1)))
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
