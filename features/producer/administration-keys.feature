@producer @site
Feature: Administration keys
  Whoever holds an administration key can change prices and balances. Keys are saved and withdrawn over the API, and
  the producer can never lock themselves out. A change may take ten minutes.

  @DM-AUTH-020 @DM-AUTH-006 @DM-AUTH-021 @DM-AUTH-024 @DM-AUTH-033
  Scenario: A saved key opens the door
    When the producer saves administration key "ops-2"
    Then the answer has status 200 (DM-AUTH-020, DM-AUTH-021)
    When the change of keys takes effect
    And the instances are listed with key "ops-2"
    Then the answer has status 200 (DM-AUTH-020, DM-AUTH-006, DM-AUTH-024, DM-AUTH-033)

  @DM-AUTH-025 @DM-AUTH-033 @DM-AUTH-A05
  Scenario: A deleted key no longer opens it
    When the producer saves administration key "ops-2"
    And the producer deletes administration key "ops-2"
    And the change of keys takes effect
    And the instances are listed with key "ops-2"
    Then the answer has status 401

  @DM-AUTH-025 @DM-AUTH-024 @DM-AUTH-033
  Scenario: A key opens the door until it is deleted
    When the producer saves administration key "ops-2"
    And the change of keys takes effect
    And the producer deletes administration key "ops-2"
    And the change of keys takes effect
    And the instances are listed with key "ops-2"
    Then the answer has status 401

  @DM-AUTH-006
  Scenario: A key opens the door under its own ID only
    When the producer saves administration key "ops-2"
    And the change of keys takes effect
    And the instances are listed with a token of another key that names "ops"
    Then the answer has status 401

  @DM-AUTH-020
  Scenario: Keys that are not named stay
    When the producer saves administration key "ops-2"
    And the producer saves another key as administration key "ops-3"
    Then the answer has status 200
    When the change of keys takes effect
    And the instances are listed with key "ops-2"
    Then the answer has status 200

  @DM-AUTH-020
  Scenario: A known key is replaced
    When the producer saves administration key "ops-2"
    And the producer saves another key as administration key "ops-2"
    And the change of keys takes effect
    And the instances are listed with the other key of "ops-2"
    Then the answer has status 200
    When the instances are listed with key "ops-2"
    Then the answer has status 401

  @DM-AUTH-027
  Scenario: A deletion is confirmed with 200
    When the producer saves administration key "ops-2"
    And the producer deletes administration key "ops-2"
    Then the answer has status 200

  @DM-AUTH-027
  Scenario: An unknown key cannot be deleted
    When the producer deletes administration key "never-saved"
    Then the answer has status 404

  @DM-AUTH-026
  Scenario: The last key stays
    When the producer deletes every administration key
    Then the answer has status 403
    When the instances are listed with key "ops"
    Then the answer has status 200

  @DM-AUTH-029
  Scenario: A key may delete itself while another one remains
    When the producer saves administration key "ops-2"
    And the change of keys takes effect
    And administration key "ops-2" deletes itself
    Then the answer has status 200
    When the change of keys takes effect
    And the instances are listed with key "ops"
    Then the answer has status 200

  @DM-AUTH-023
  Scenario Outline: <what> is refused
    When the producer saves the administration keys:
      """
      <body>
      """
    Then the answer has status 400

    Examples:
      | what                 | body                                        |
      | A single object      | {"id": "k", "publicKey": $PUBLIC_KEY}       |
      | A key without an ID  | [{"publicKey": $PUBLIC_KEY}]                |
      | A key with no name   | [{"id": " ", "publicKey": $PUBLIC_KEY}]     |
      | An ID without a key  | [{"id": "k"}]                               |
      | A key that is no key | [{"id": "k", "publicKey": "no key at all"}] |

  @DM-AUTH-023
  Scenario: Of keys that are refused none is stored
    When the producer saves the administration keys:
      """
      [{"id": "right", "publicKey": $PUBLIC_KEY}, {"id": "wrong", "publicKey": "no key at all"}]
      """
    Then the answer has status 400
    When the producer lists the public keys
    Then the public keys do not name "right"

  @DM-AUTH-031
  Scenario: The public keys are listed
    When the producer saves client key "app-1"
    And the producer lists the public keys
    Then the answer has status 200
    And the public keys name "ops"
    And the public keys name "app-1"
