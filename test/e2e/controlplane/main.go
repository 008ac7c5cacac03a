// Command controlplane is several programs in one, as busybox is: its first argument says which, the others are that
// one's. etcd, kube-apiserver and kube-controller-manager are the released ones, linked once; `certificates` makes what
// they need to trust one another; `run` becomes another program.
//
// Whatever it is, it ends when the process that started it ends: a test that is killed leaves nothing behind.
package main

import (
	"fmt"
	"os"
	"os/exec"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"golang.org/x/sys/unix"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
)

const usage = "usage: controlplane etcd|kube-apiserver|kube-controller-manager|certificates|run ARGUMENTS..."

func main() {
	if len(os.Args) < 2 {
		fail(2, usage)
	}
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0); err != nil {
		fail(3, "cannot be tied to the process that started it:", err)
	}
	os.Args = os.Args[1:]
	switch os.Args[0] {
	case "etcd":
		etcdmain.Main(os.Args)
	case "kube-apiserver":
		become(apiserver.NewAPIServerCommand())
	case "kube-controller-manager":
		become(controllermanager.NewControllerManagerCommand())
	case "certificates":
		if err := writeCertificates(os.Stdin); err != nil {
			fail(1, err)
		}
	case "run":
		run(os.Args[1:])
	default:
		fail(2, usage)
	}
}

func become(command *cobra.Command) {
	os.Exit(cli.Run(command))
}

// run replaces this process by the program; what ends it with its parent stays.
func run(command []string) {
	if len(command) == 0 {
		fail(2, usage)
	}
	path, err := exec.LookPath(command[0])
	if err != nil {
		fail(3, err)
	}
	fail(3, unix.Exec(path, command, os.Environ()))
}

func fail(code int, words ...any) {
	fmt.Fprintln(os.Stderr, words...)
	os.Exit(code)
}
