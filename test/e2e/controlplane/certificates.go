// Certificates of a test's own authorities, as files.

package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// A pair is a certificate with its key: NAME.crt and NAME.key in the folder. Without an issuer it is an authority of its
// own; with one it is signed by that pair, which is in the folder already or stands before it.
type pair struct {
	Name         string   `json:"name"`
	Issuer       string   `json:"issuer"`
	CommonName   string   `json:"commonName"`
	Organization string   `json:"organization"`
	Hosts        []string `json:"hosts"`
	ValidSeconds int      `json:"validSeconds"`
}

type order struct {
	Folder string `json:"folder"`
	Pairs  []pair `json:"pairs"`
}

// Clocks of one machine do not differ, but seconds are cut off.
const before = time.Minute

func writeCertificates(in io.Reader) error {
	var o order
	if err := json.NewDecoder(in).Decode(&o); err != nil {
		return err
	}
	for _, p := range o.Pairs {
		if err := write(o.Folder, p); err != nil {
			return fmt.Errorf("%s: %w", p.Name, err)
		}
	}
	return nil
}

func write(folder string, p pair) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template, err := p.template()
	if err != nil {
		return err
	}
	parent, signer := template, key
	if p.Issuer != "" {
		if parent, signer, err = read(folder, p.Issuer); err != nil {
			return err
		}
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		return err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	if err := store(folder, p.Name+".key", "PRIVATE KEY", secret); err != nil {
		return err
	}
	return store(folder, p.Name+".crt", "CERTIFICATE", signed)
}

func (p pair) template() (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{CommonName: p.CommonName},
		NotBefore:             time.Now().Add(-before),
		NotAfter:              time.Now().Add(time.Duration(p.ValidSeconds) * time.Second),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		BasicConstraintsValid: true,
	}
	if p.Organization != "" {
		template.Subject.Organization = []string{p.Organization}
	}
	if p.Issuer == "" {
		template.IsCA = true
		template.KeyUsage |= x509.KeyUsageCertSign
	} else {
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	}
	for _, host := range p.Hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	return template, nil
}

func read(folder, name string) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	certificate, err := block(folder, name+".crt")
	if err != nil {
		return nil, nil, err
	}
	parsed, err := x509.ParseCertificate(certificate)
	if err != nil {
		return nil, nil, err
	}
	secret, err := block(folder, name+".key")
	if err != nil {
		return nil, nil, err
	}
	key, err := x509.ParsePKCS8PrivateKey(secret)
	if err != nil {
		return nil, nil, err
	}
	signer, ok := key.(*ecdsa.PrivateKey)
	if !ok {
		return nil, nil, fmt.Errorf("%s.key: not a key of this program", name)
	}
	return parsed, signer, nil
}

func block(folder, file string) ([]byte, error) {
	text, err := os.ReadFile(filepath.Join(folder, file))
	if err != nil {
		return nil, err
	}
	found, _ := pem.Decode(text)
	if found == nil {
		return nil, fmt.Errorf("%s: not PEM", file)
	}
	return found.Bytes, nil
}

// store writes a file whole or not at all: a reader never sees half of it.
func store(folder, file, kind string, bytes []byte) error {
	path := filepath.Join(folder, file)
	text := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: bytes})
	if err := os.WriteFile(path+".part", text, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".part", path)
}
