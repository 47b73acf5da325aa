@client @cls @site
Feature: JWTs of client applications
  The client application signs its own tokens. They are good for licensing and for nothing else, whatever they claim.

  Background:
    Given a license server with 3 of "f1"

  @CM-JWT-001 @CM-JWT-008 @given-instance
  Scenario: A right JWT is believed
    When the client requests 1 of "f1" with a JWT that is "right"
    Then the answer has status 200

  @CM-JWT-002 @given-instance
  Scenario Outline: Licensing needs its own role
    When the client requests 1 of "f1" with a JWT that is "<kind>"
    Then the call is forbidden

    Examples:
      | kind          |
      | without roles |
      | of ROLE_READ  |

  @CM-JWT-003 @given-instance
  Scenario: Any subject will do
    When the client requests 1 of "f1" with a JWT that is "of another subject"
    Then the answer has status 200

  @CM-JWT-004 @CM-JWT-007 @given-instance
  Scenario: A JWT need not end
    When the client requests 1 of "f1" with a JWT that is "without exp and iat"
    Then the answer has status 200

  @CM-JWT-005 @given-instance
  Scenario: A JWT that has expired is refused
    When the client requests 1 of "f1" with a JWT that is "expired"
    Then the answer has status 401

  @CM-JWT-006 @given-instance
  Scenario: A client's clock may be ahead
    When the client requests 1 of "f1" with a JWT that is "made in half an hour"
    Then the answer has status 200

  @CM-JWT-009 @given-instance
  Scenario Outline: A JWT that the licensing key has not signed is refused
    When the client requests 1 of "f1" with a JWT that is "<kind>"
    Then the answer has status 401

    Examples:
      | kind                             |
      | signed with another key          |
      | altered                          |
      | unsigned                         |
      | without its signature            |
      | nonsense                         |
      | HS256 with the public key        |
      | HS256 with the public key in PEM |

  @CM-JWT-010 @given-instance
  Scenario: Another algorithm of RSA
    When the client requests 1 of "f1" with a JWT that is "RS512"
    Then the answer follows the reading "cmapi.jwt.other_rsa.http"

  @CM-JWT-011 @given-instance
  Scenario Outline: A client JWT administrates nothing, whatever role it claims
    When <method> "<path>" is sent with a JWT that is "<kind>"
    Then the caller is not let in

    Examples:
      | method | path                | kind                           |
      | POST   | rest_licensing_keys | of ROLE_ADMIN                  |
      | DELETE | rest_licensing_keys | of ROLE_ADMIN                  |
      | DELETE | rest_licensing_keys | with an administrator's claims |
      | GET    | configuration       | of ROLE_READ                   |
      | GET    | features            | with an administrator's claims |
      | GET    | features            | right                          |
      | DELETE | rest_licensing_keys | right                          |

  @CM-JWT-012 @given-instance
  Scenario: A token of an account on a licensing call
    When the Producer User sends POST "access_request":
      """
      {"hostId": {"type": "string", "value": "A"}, "features": []}
      """
    Then the answer follows the reading "cmapi.jwt.account_token.http"

  @CM-ROLE-008 @given-instance
  Scenario: Licensing without a token is refused
    When nobody sends POST "access_request":
      """
      {"hostId": {"type": "string", "value": "A"}, "features": []}
      """
    Then the caller is not let in

  @CM-JWT-013
  Scenario: Without a licensing key nobody is let in
    When the Producer User sends DELETE "rest_licensing_keys"
    And the client requests 1 of "f1" with a JWT that is "right"
    Then the answer has status 401

  @CM-JWT-014 @given-instance
  Scenario: Health tells that licensing is secured
    When nobody sends GET "health"
    Then the answer holds:
      | path                       | value   |
      | LLS/licensingSecurityJSON | enabled |
