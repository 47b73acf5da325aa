@producer @cls @site
Feature: Licensing keys
  The producer uploads the public half of the key with which client applications sign.

  @CM-KEY-001 @CM-KEY-002 @CM-KEY-003
  Scenario: An upload is answered with the key
    Given a license server without a licensing key
    When the Producer User uploads "the client's key"
    Then the answer holds the uploaded key

  @CM-PROD-003 @CM-KEY-004
  Scenario: The Producer User may upload a licensing key
    Given a license server without a licensing key
    When the Producer User uploads "the client's key"
    Then the answer has status 200

  @CM-KEY-004
  Scenario: The administrator may upload, too
    Given a license server with 3 of "f1"
    When the instance administrator sends DELETE "rest_licensing_keys"
    Then the answer has status 410

  @CM-KEY-004
  Scenario: Without a token nothing is revoked
    Given a license server with 3 of "f1"
    When nobody sends DELETE "rest_licensing_keys"
    Then the caller is not let in

  @CM-KEY-005
  Scenario: A new key replaces the old one
    Given a license server with 3 of "f1"
    When the Producer User uploads "another key"
    And host A requests 1 of "f1"
    Then the answer has status 401

  @CM-KEY-005
  Scenario: The new key is believed
    Given a license server with 3 of "f1"
    When the Producer User uploads "another key"
    And the client signs with "another key"
    And host A requests 1 of "f1"
    Then the answer has status 200

  @CM-KEY-006
  Scenario: The same key may be uploaded again
    Given a license server with 3 of "f1"
    When the Producer User uploads "the client's key"
    Then the answer holds the uploaded key

  @CM-KEY-006
  Scenario: The same key uploaded again changes nothing
    Given a license server with 3 of "f1"
    When the Producer User uploads "the client's key"
    And host A requests 1 of "f1"
    Then the answer has status 200

  @CM-KEY-007
  Scenario: A revocation is answered with 410
    Given a license server with 3 of "f1"
    When the Producer User sends DELETE "rest_licensing_keys"
    Then the answer has status 410

  @CM-KEY-007
  Scenario: A revoked key is not believed any more
    Given a license server with 3 of "f1"
    When the Producer User sends DELETE "rest_licensing_keys"
    And host A requests 1 of "f1"
    Then the caller is not let in

  @CM-KEY-008
  Scenario: Revoking where there is no key
    Given a license server without a licensing key
    When the Producer User sends DELETE "rest_licensing_keys"
    Then the answer follows the reading "cmapi.key.revoked_again.http"

  @CM-KEY-009
  Scenario Outline: What is no RSA key in DER is refused
    Given a license server without a licensing key
    When the Producer User uploads "<upload>"
    Then the answer has status 400

    Examples:
      | upload             |
      | PEM text           |
      | no key at all      |
      | a key of 1024 bits |

  @CM-KEY-009
  Scenario: A longer key
    Given a license server without a licensing key
    When the Producer User uploads "a key of 3072 bits"
    Then the answer follows the reading "cmapi.key.larger.http"

  @CM-KEY-011 @CM-KEY-001
  Scenario: An upload takes effect at once
    Given a license server without a licensing key
    When the Producer User uploads "the client's key"
    And host A requests 1 of "f1"
    Then the answer has status 200

  @CM-KEY-011
  Scenario: A second upload takes effect at once, too
    Given a license server with 3 of "f1"
    When the Producer User uploads "another key"
    And the client signs with "another key"
    And host A requests 1 of "f1"
    Then the answer has status 200

  @CM-KEY-012
  Scenario: A key on one license server gives nothing on another
    Given a license server with 3 of "f1"
    And a second license server
    When the client sends POST "access_request" to the second license server:
      """
      {"hostId": {"type": "string", "value": "A"}, "features": []}
      """
    Then the caller is not let in
